// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "pages/ceremonies.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

/// One attempt, as it was posted.
struct Attempt {
    accounts::Purpose purpose;
    Ceremony ceremony;
    webauthn::AuthenticationResponse response;
};

/// Shared by what comes after the commit, whether it was made or refused.
using AssertedPtr = std::shared_ptr<const accounts::PasskeyAsserted>;

/// The credential is nobody's: the password manager may be told to forget it.
http::Response respond_unknown(const Visit& visit, const Attempt& attempt) {
    json::Value model = sign_in_model(visit, attempt.purpose);
    model.set("error", error_model(visit, error_of(accounts::Refusal::unknown_credential)));
    model.set(
        "signal_unknown",
        json::object({
            {"rpId", visit.services.site.rp_id},
            {"credentialId", base64url_encode(attempt.response.id().value())},
        })
    );
    return respond(visit, "sign_in", std::move(model), 404);
}

SignInError error_of_failure(const webauthn::Failure& failure) {
    const std::string reason = describe(failure);
    if (failure.reason == webauthn::Reason::user_not_verified) {
        return {.status = 422, .code = "user_not_verified", .reason = reason};
    }
    return {.status = 422, .code = "passkey_refused", .reason = reason};
}

/// Loads what the decision needs, decides, saves. A commit that found newer rows is decided anew
/// on what stands there now, `tries` times in all.
http::Outcome decide_and_save(
    const VisitPtr& visit, AssertedPtr event, accounts::Purpose purpose, int tries
) {
    const Services& services = visit->services;
    auto tokens =
        std::make_shared<FreshTokens>(make_fresh(services));  // shared by both continuations
    const accounts::Circumstances at = circumstances_for(*visit, event->account.email);
    auto decided = accounts::decide(visit->state(), purpose, *event, at, tokens->fresh);
    if (!decided) return respond_sign_in(*visit, purpose, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens, event](store::Committed) -> http::Outcome {
                const accounts::Account& account = event->account;
                http::Response response = decision->session
                                              ? respond_next(
                                                    location_after(decision->return_to),
                                                    signal_model(visit->services, account)
                                                )
                                              : respond_next("/sign-in/add-passkey", std::nullopt);
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            .refused = [visit, event, purpose, tries](RefusedChange) -> http::Outcome {
                auto known = visit->services.store.find_passkey(event->passkey.record.id);
                if (!known || tries <= 1) {
                    return respond_sign_in(*visit, purpose, error_of(accounts::Refusal::expired));
                }
                auto again = std::make_shared<accounts::PasskeyAsserted>(*event);
                again->passkey = std::move(known->passkey);
                again->account = std::move(known->account);
                return decide_and_save(visit, std::move(again), purpose, tries - 1);
            },
        }
    );
}

}  // namespace

/// Continue with Passkey: an authentication ceremony ends here (7.2).
http::Outcome post_sign_in_passkey(VisitPtr visit) {
    const Services& services = visit->services;
    const http::Form& form = visit->form;

    const auto ceremony = services.ceremonies.open(form.get("ceremony"), visit->browser_id);
    const accounts::Purpose purpose = ceremony ? ceremony->purpose : accounts::Purpose{};
    if (!ceremony || !ceremony->is_alive) {
        return respond_sign_in(
            *visit, purpose, {.status = 422, .code = "challenge_expired", .reason = "ceremony"}
        );
    }
    auto response = webauthn::parse_authentication_response(form.get("response"));
    if (!response) {
        return respond_sign_in(
            *visit,
            purpose,
            {.status = 400, .code = "bad_request", .reason = describe(response.error())}
        );
    }
    Attempt attempt{.purpose = purpose, .ceremony = *ceremony, .response = std::move(*response)};

    auto known = services.store.find_passkey(attempt.response.id());
    if (!known) return respond_unknown(*visit, attempt);
    auto asked = webauthn::AuthenticationCeremony::discoverable(attempt.ceremony.challenge);
    // The account's rule decides on the counter, on the very row that the commit compares.
    asked.counter_rule = webauthn::CounterRule::report;
    const auto verified = verifier().verify_authentication(
        relying_party(services.site), asked, known->passkey.record, attempt.response
    );
    if (!verified) return respond_sign_in(*visit, purpose, error_of_failure(verified.error()));
    if (!services.ceremonies.spend(attempt.ceremony)) {
        return respond_sign_in(
            *visit, purpose, {.status = 422, .code = "challenge_expired", .reason = "replayed"}
        );
    }

    auto event = std::make_shared<accounts::PasskeyAsserted>(accounts::PasskeyAsserted{
        .passkey = std::move(known->passkey),
        .account = std::move(known->account),
        .sign_count = verified->sign_count,
        .backup_state = verified->backup_state,
        .counter_rule = services.site.counter_rule,
        .passkeys = {},
    });
    if (purpose.intent == accounts::Intent::add_passkey) {
        event->passkeys = services.store.list_passkeys(event->account.id);
    }
    return decide_and_save(visit, std::move(event), purpose, 3);
}

}  // namespace latchkey::pages
