// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

/// What stands in the database of the person who adds a passkey.
struct Enrolment {
    std::optional<accounts::Account> account;
    std::vector<accounts::Passkey> passkeys;
    accounts::SecondSteps steps;
};

Enrolment load(const Visit& visit) {
    Enrolment enrolment;
    if (const auto account = visit.needed_sign_in().account) {
        enrolment.account = visit.services.store.find_account(*account);
        enrolment.passkeys = visit.services.store.list_passkeys(*account);
        enrolment.steps = visit.services.store.find_second_steps(*account);
    }
    return enrolment;
}

webauthn::RegistrationCeremony ceremony_of(const Visit& visit) {
    return {
        .challenge = sign_in_challenge(visit, CeremonyUse::create_passkey),
        .user_handle = visit.needed_sign_in().user_handle,
    };
}

std::string options_of(const Visit& visit, const Enrolment& enrolment) {
    const std::string& email = visit.needed_sign_in().email.text();
    return webauthn::issue_registration(
        relying_party(visit.services.site),
        *visit.services.passkey_policy.current(),
        ceremony_of(visit),
        {.name = email, .display_name = email},
        descriptors_of(enrolment.passkeys)
    );
}

json::Value model_of(const Visit& visit, const Enrolment& enrolment) {
    const accounts::SignIn& sign_in = visit.needed_sign_in();
    json::Value model = json::object({
        {"email", sign_in.email.text()},
        {"options", options_of(visit, enrolment)},
        {"new_account", !sign_in.account.has_value()},
        {"recovered", sign_in.recovered},
        {"text_messages", visit.services.site.text_messages.has_value()},
    });
    const auto replaced = std::ranges::find_if(enrolment.passkeys, [&sign_in](const auto& passkey) {
        return passkey.public_id == sign_in.replaces;
    });
    if (replaced != enrolment.passkeys.end()) {
        model.set("replaces", json::object({{"name", accounts::display_name(*replaced)}}));
    }
    return model;
}

http::Response respond_add_passkey_error(const Visit& visit, const SignInError& error) {
    json::Value model = model_of(visit, load(visit));
    model.set("error", error_model(visit, error));
    return respond(visit, "add_passkey", std::move(model), error.status);
}

/// The passkey was made and is not taken. Where policy refused it, the password manager may be told
/// to forget it, unless an account of ours has a credential of that id.
http::Response respond_not_taken(
    const Visit& visit,
    const webauthn::RegistrationResponse& response,
    const webauthn::Failure& failure
) {
    const SignInError error = error_of_refused_passkey(failure);
    json::Value model = model_of(visit, load(visit));
    model.set("error", error_model(visit, error));
    if (is_refused_by_policy(failure.reason) && !visit.services.store.find_passkey(response.id())) {
        model.set(
            "signal_unknown",
            json::object({
                {"rpId", visit.services.site.rp_id},
                {"credentialId", base64url_encode(response.id().value())},
            })
        );
    }
    return respond(visit, "add_passkey", std::move(model), error.status);
}

/// Settings says what was done; other places get no word of ours.
std::string location_after_adding(const accounts::SignIn& sign_in) {
    std::string location = location_after(sign_in.return_to);
    const bool is_told =
        sign_in.intent == accounts::Intent::add_passkey && location == "/settings/security";
    if (!is_told) return location;
    return location + (sign_in.replaces ? "?message=replaced" : "?message=added");
}

SignInError error_of_refused(RefusedChange refused) {
    if (refused.is<accounts::AddPasskey>()) {
        return error_of(accounts::Refusal::already_registered);
    }
    return error_of(accounts::Refusal::expired);
}

}  // namespace

http::Outcome get_add_passkey(VisitPtr visit) {
    const accounts::SignIn& sign_in = visit->needed_sign_in();
    const std::string_view page = enrolment_page(sign_in);
    if (page != visit->request.path) return http::see_other(page);
    return respond(*visit, "add_passkey", model_of(*visit, load(*visit)));
}

/// A registration ceremony ends here (7.1); with it the sign-in.
http::Outcome post_add_passkey(VisitPtr visit) {
    const Services& services = visit->services;
    Enrolment enrolment = load(*visit);
    const auto response = webauthn::parse_registration_response(visit->form.get("response"));
    if (!response) {
        return respond_add_passkey_error(
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
    if (!verified) {
        return respond_not_taken(*visit, *response, verified.error());
    }
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::decide(
        accounts::PasskeyCreated{
            .sign_in = visit->needed_sign_in(),
            .record = std::move(verified->credential),
            .account = std::move(enrolment.account),
            .passkeys = std::move(enrolment.passkeys),
            .steps = std::move(enrolment.steps),
            .needs_invite = services.site.sign_up.who == accounts::SignUp::invite,
        },
        at,
        tokens->fresh
    );
    if (!decided) return respond_add_passkey_error(*visit, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                const auto account = visit->services.store.find_account(decision->session->account);
                http::Response next = respond_next(
                    location_after_adding(visit->needed_sign_in()),
                    account ? signal_model(visit->services, *account) : std::nullopt
                );
                set_cookies_of(*visit, *decision, *tokens, next);
                return next;
            },
            .refused = [visit](RefusedChange refused) -> http::Outcome {
                return respond_add_passkey_error(*visit, error_of_refused(refused));
            },
        }
    );
}

}  // namespace latchkey::pages
