// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/enrolment_end.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// This device's biometrics as the second step: a credential of a purpose of its own, made in a
// sign-in as any other is.
namespace latchkey::pages {
namespace {

/// Who adds a passkey is on another page.
std::optional<http::Response> sent_on(const Visit& visit) {
    const accounts::SignIn& sign_in = visit.needed_sign_in();
    const bool is_here = !sign_in.account || sign_in.intent == accounts::Intent::add_second_step;
    if (is_here) return std::nullopt;
    return http::see_other(enrolment_page(sign_in));
}

std::vector<accounts::Passkey> credentials_of(const Visit& visit) {
    const auto account = visit.needed_sign_in().account;
    return account ? visit.services.store.list_passkeys(*account)
                   : std::vector<accounts::Passkey>();
}

/// Of this device, and rather not discoverable: it is only ever asked for by its id.
webauthn::RegistrationCeremony ceremony_of(const Visit& visit) {
    return {
        .challenge = sign_in_challenge(visit, CeremonyUse::create_biometrics),
        .user_handle = visit.needed_sign_in().user_handle,
        .resident_key = webauthn::ResidentKey::discouraged,
        .attachment = webauthn::AuthenticatorAttachment::platform,
        .hints = {webauthn::Hint::client_device},
    };
}

json::Value model_of(const Visit& visit) {
    const std::string& email = visit.needed_sign_in().email.text();
    return json::object({
        {"email", email},
        {"options",
         webauthn::issue_registration(
             relying_party(visit.services.site),
             *visit.services.passkey_policy.current(),
             ceremony_of(visit),
             {.name = email, .display_name = email},
             descriptors_of(credentials_of(visit))
         )},
        {"name", biometrics_in_words(visit.edition, visit.circumstances().browser)},
        {"new_account", !visit.needed_sign_in().account.has_value()},
    });
}

http::Response respond_refused(const Visit& visit, const SignInError& error) {
    json::Value model = model_of(visit);
    model.set("error", error_model(visit, error));
    return respond(visit, "add_biometrics", std::move(model), error.status);
}

SignInError error_of_creation(const webauthn::Failure& failure) {
    if (is_refused_by_policy(failure.reason)) return error_of_refused_passkey(failure);
    const bool is_unverified = failure.reason == webauthn::Reason::user_not_verified;
    return {
        .code = is_unverified ? "user_not_verified" : "biometrics_not_added",
        .reason = describe(failure),
    };
}

accounts::BiometricsCreated load(const Visit& visit, webauthn::VerifiedRegistration verified) {
    const Services& services = visit.services;
    accounts::BiometricsCreated event{
        .sign_in = visit.needed_sign_in(),
        .record = std::move(verified.credential),
        .discoverable = verified.extensions.discoverable,
        .passkeys = credentials_of(visit),
        .needs_invite = services.site.sign_up.who == accounts::SignUp::invite,
    };
    if (const auto account = event.sign_in.account) {
        event.account = services.store.find_account(*account);
        event.steps = services.store.find_second_steps(*account);
    }
    return event;
}

}  // namespace

http::Outcome get_add_biometrics(VisitPtr visit) {
    if (auto away = sent_on(*visit)) return *std::move(away);
    return respond(*visit, "add_biometrics", model_of(*visit));
}

/// A registration ceremony ends here (7.1); with it the sign-in.
http::Outcome post_add_biometrics(VisitPtr visit) {
    if (auto away = sent_on(*visit)) return *std::move(away);
    const Services& services = visit->services;
    const auto response = webauthn::parse_registration_response(visit->form.get("response"));
    if (!response) {
        return respond_refused(
            *visit, {.status = 400, .code = "bad_request", .reason = describe(response.error())}
        );
    }
    const auto at = circumstances_for(*visit, visit->needed_sign_in().email);
    auto verified = verifier().verify_registration(
        relying_party(services.site),
        *services.passkey_policy.current(),
        ceremony_of(*visit),
        *response,
        at.now
    );
    if (!verified) return respond_refused(*visit, error_of_creation(verified.error()));
    accounts::BiometricsCreated event = load(*visit, std::move(*verified));
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    const accounts::AccountId owner = event.account ? event.account->id : tokens->fresh.account;
    auto codes = std::make_shared<RecoveryCodes>(  // shown by the continuation
        make_recovery_codes(services, owner)
    );
    event.recovery_codes = codes->macs;
    auto decided = accounts::decide(event, at, tokens->fresh);
    if (!decided) return respond_refused(*visit, error_of(decided.error()));
    return end_enrolment(visit, std::move(decided), tokens, codes);
}

}  // namespace latchkey::pages
