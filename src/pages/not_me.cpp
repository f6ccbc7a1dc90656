// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/holds.hpp"
#include "pages/handlers.hpp"
#include "pages/stop_link.hpp"

#include <utility>

// "This wasn't me": the page that a mail about a hold leads to.
namespace latchkey::pages {
namespace {

/// What the link would do now; a refusal: it is over, or none of ours.
accounts::Result<accounts::Decision> decide_stop(
    const Visit& visit, std::string_view token, const accounts::Fresh& fresh
) {
    const auto link = read_stop_link(visit.services, token);
    if (!link) return Fail{accounts::Refusal::expired};
    const auto account = visit.services.store.find_account(link->account);
    if (!account) return Fail{accounts::Refusal::signed_out_everywhere};
    return accounts::stop_hold(*link, *account, visit.circumstances(), fresh);
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
