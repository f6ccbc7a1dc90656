// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/addresses.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/stop_link.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// "This wasn't me": the page that a mail about a hold, a recovery or another address leads to, or a
// notice in a live session.
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

std::string path_of(std::string_view token) {
    return "/not-me?token=" + std::string(token);
}

/// What the link would give back, to be shown as long as it could: the address of before, if the
/// account has another one now.
std::optional<json::Value> address_before(const Visit& visit, std::string_view token) {
    const auto link = read_stop_link(visit.services, token);
    if (!link || !link->address_before || visit.services.clock.now() >= link->until) {
        return std::nullopt;
    }
    const auto account = visit.services.store.find_account(link->account);
    if (!account) return std::nullopt;
    if (account->email.canonical() == link->address_before->canonical()) return std::nullopt;
    const FreshTokens tokens = make_fresh(visit.services);
    const bool is_proved =
        visit.session &&
        accounts::take_address_back(*link, load_acting(visit), visit.circumstances(), tokens.fresh);
    return json::object({
        {"address", link->address_before->masked()},
        {"proved", is_proved},
        {"prove_href", step_up_location(path_of(token))},
    });
}

http::Response respond_not_me(const Visit& visit, std::string_view token, std::string_view view) {
    auto before = address_before(visit, token);
    const bool is_over = view == "over" && !before;
    json::Value model = json::object({
        {"asks", view == "asks"},
        {"stopped", view == "stopped"},
        {"over", is_over},
        {"token", view == "asks" || before ? token : ""},
    });
    if (before) model.set("before", *std::move(before));
    return respond(visit, "not_me", std::move(model), is_over ? 410 : 200);
}

}  // namespace

http::Outcome get_not_me(VisitPtr visit) {
    const std::string_view token = visit->request.query.get("token");
    const FreshTokens tokens = make_fresh(visit->services);
    const bool works = decide_stop(*visit, token, tokens.fresh).has_value();
    return respond_not_me(*visit, token, works ? "asks" : "over");
}

http::Outcome post_not_me(VisitPtr visit) {
    const FreshTokens tokens = make_fresh(visit->services);
    auto decision = decide_stop(*visit, visit->form.get("token"), tokens.fresh);
    if (!decision) return respond_not_me(*visit, visit->form.get("token"), "over");
    add_notices(*visit, decision->changes, decision->notices);
    return save(
        visit,
        std::move(decision->changes),
        {
            .committed = [visit](store::Committed) -> http::Outcome {
                return respond_not_me(*visit, visit->form.get("token"), "stopped");
            },
            // Somebody was faster: what the link stops is stopped.
            .refused = [visit](RefusedChange) -> http::Outcome {
                return respond_not_me(*visit, visit->form.get("token"), "over");
            },
        }
    );
}

http::Outcome post_take_address_back(VisitPtr visit) {
    const std::string_view token = visit->form.get("token");
    const auto link = read_stop_link(visit->services, token);
    if (!link) return respond_not_me(*visit, token, "over");
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::take_address_back(
        *link, load_acting(*visit), visit->circumstances(), tokens->fresh
    );
    if (!decided) return respond_refused_change(*visit, path_of(token), decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return see_security("address_back");
    });
}

}  // namespace latchkey::pages
