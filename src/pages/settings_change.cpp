// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/settings_change.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/sign_in.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::pages {

accounts::Acting load_acting(const Visit& visit) {
    const store::KnownSession& known = visit.needed_session();
    return {
        .account = known.account,
        .session = known.session,
        .passkeys = visit.services.store.list_passkeys(known.account.id),
        .steps = visit.services.store.find_second_steps(known.account.id),
    };
}

http::Response respond_refusal(const Visit& visit, accounts::Refusal refusal) {
    if (refusal == accounts::Refusal::not_yours) {
        return respond_error(visit, 404, "not_found", "the account has no such thing");
    }
    if (refusal == accounts::Refusal::address_taken) {
        return respond_error(visit, 409, "email_taken", "an account has the address");
    }
    const SignInError error = error_of(refusal);
    return respond_error(visit, error.status, error.code, error.reason);
}

std::string step_up_location(std::string_view path) {
    return "/sign-in?intent=confirm&return_to=" + percent_encode(path);
}

void add_hindrance(
    std::string_view path, const accounts::Result<void>& checked, json::Value& model
) {
    const auto is_refused_with = [&checked](accounts::Refusal refusal) {
        return !checked && checked.error() == refusal;
    };
    const bool is_frozen_by_owner = is_refused_with(accounts::Refusal::frozen_by_owner);
    model.set("needs_proof", is_refused_with(accounts::Refusal::proof_too_old));
    model.set(
        "frozen", is_frozen_by_owner || is_refused_with(accounts::Refusal::frozen_after_recovery)
    );
    model.set("frozen_by_owner", is_frozen_by_owner);
    model.set("prove_href", step_up_location(path));
}

http::Response respond_step_up(std::string_view path) {
    return http::see_other(step_up_location(path));
}

http::Response respond_refused_change(
    const Visit& visit, std::string_view path, accounts::Refusal refusal
) {
    const bool is_page = visit.request.representation == http::Representation::html;
    if (is_page && refusal == accounts::Refusal::proof_too_old) return respond_step_up(path);
    return respond_refusal(visit, refusal);
}

http::Response see_security(std::string_view message) {
    return http::see_other("/settings/security?message=" + std::string(message));
}

namespace {

accounts::Refusal refusal_of(RefusedChange refused) {
    if (refused.is<accounts::ChangeFactors>()) return accounts::Refusal::last_factor;
    if (refused.is<accounts::ChangeEmail>()) return accounts::Refusal::address_taken;
    if (refused.is<accounts::LinkIdentity>()) return accounts::Refusal::identity_taken;
    return accounts::Refusal::expired;
}

}  // namespace

http::Outcome save_change(
    const VisitPtr& visit,
    accounts::Decision decided,
    std::shared_ptr<FreshTokens> tokens,
    std::function<http::Response()> respond,
    Refuse refuse
) {
    auto decision =
        std::make_shared<accounts::Decision>(std::move(decided));  // for the continuation
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit,
                          decision,
                          tokens = std::move(tokens),
                          respond = std::move(respond)](store::Committed) -> http::Outcome {
                http::Response response = respond();
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            // Somebody changed the account at the same moment: show how it stands now.
            .refused = [visit, refuse](RefusedChange refused) -> http::Outcome {
                return refuse(*visit, refusal_of(refused));
            },
        }
    );
}

}  // namespace latchkey::pages
