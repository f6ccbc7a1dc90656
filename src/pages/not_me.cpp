// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/stop_link.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <string_view>
#include <utility>

// "This wasn't me": the page that a mail about a hold or a recovery leads to, or a notice in a live
// session.
namespace latchkey::pages {
namespace {

/// What the button would do now: by the link, or without one by the session. A refusal: it is over,
/// or none of ours.
accounts::Result<accounts::Decision> decide_stop(
    const Visit& visit, std::string_view token, const accounts::Fresh& fresh
) {
    store::Store& store = visit.services.store;
    if (token.empty() && visit.session) {
        const auto& [session, account] = *visit.session;
        return accounts::stop_recovery(
            session, account, store.find_second_steps(account.id), visit.circumstances(), fresh
        );
    }
    const auto link = read_stop_link(visit.services, token);
    if (!link) return Fail{accounts::Refusal::expired};
    const auto account = store.find_account(link->account);
    if (!account) return Fail{accounts::Refusal::signed_out_everywhere};
    return accounts::stop_recovery(*link, *account, visit.circumstances(), fresh);
}

http::Response respond_not_me(const Visit& visit, std::string_view token, std::string_view view) {
    return respond(
        visit,
        "not_me",
        json::object({
            {"asks", view == "asks"},
            {"stopped", view == "stopped"},
            {"over", view == "over"},
            {"token", token},
        }),
        view == "over" ? 410 : 200
    );
}

}  // namespace

http::Outcome get_not_me(VisitPtr visit) {
    const std::string_view token = visit->request.query.get("token");
    const FreshTokens tokens = make_fresh(visit->services);
    const bool works = decide_stop(*visit, token, tokens.fresh).has_value();
    return respond_not_me(*visit, works ? token : "", works ? "asks" : "over");
}

http::Outcome post_not_me(VisitPtr visit) {
    const FreshTokens tokens = make_fresh(visit->services);
    auto decision = decide_stop(*visit, visit->form.get("token"), tokens.fresh);
    if (!decision) return respond_not_me(*visit, "", "over");
    add_notices(*visit, decision->changes, decision->notices);
    return save(
        visit,
        std::move(decision->changes),
        {
            .committed = [visit](store::Committed) -> http::Outcome {
                return respond_not_me(*visit, "", "stopped");
            },
            // Somebody was faster: what the link stops is stopped.
            .refused = [visit](RefusedChange) -> http::Outcome {
                return respond_not_me(*visit, "", "over");
            },
        }
    );
}

}  // namespace latchkey::pages
