// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/add_passkey_page.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

/// The passkey was made and is not taken. Where policy refused it, the password manager may be told
/// to forget it, unless an account of ours has a credential of that id.
http::Response respond_not_taken(
    const Visit& visit,
    const webauthn::RegistrationResponse& response,
    const webauthn::Failure& failure
) {
    const SignInError error = error_of_refused_passkey(failure);
    json::Value model = add_passkey_model(visit, load_enrolment(visit));
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

}  // namespace

http::Outcome get_add_passkey(VisitPtr visit) {
    const accounts::SignIn& sign_in = visit->needed_sign_in();
    const std::string_view page = enrolment_page(sign_in);
    if (page != visit->request.path) return http::see_other(page);
    return respond(*visit, "add_passkey", add_passkey_model(*visit, load_enrolment(*visit)));
}

/// A registration ceremony ends here (7.1); with it the sign-in.
http::Outcome post_add_passkey(VisitPtr visit) {
    const Services& services = visit->services;
    Enrolment enrolment = load_enrolment(*visit);
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
        registration_of(*visit),
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
            .discoverable = verified->extensions.discoverable,
            .account = std::move(enrolment.account),
            .passkeys = std::move(enrolment.passkeys),
            .steps = std::move(enrolment.steps),
            .needs_invite = services.site.sign_up.who == accounts::SignUp::invite,
        },
        at,
        tokens->fresh
    );
    return end_with_passkey(visit, std::move(decided), tokens);
}

/// The device holds a second factor of the account already: the sign-in ends with that one.
http::Outcome post_promote_passkey(VisitPtr visit) {
    Enrolment enrolment = load_enrolment(*visit);
    if (!enrolment.account) {
        return respond_add_passkey_error(*visit, error_of(accounts::Refusal::not_in_this_state));
    }
    auto use = read_biometrics_use(
        *visit,
        {.use = CeremonyUse::promote,
         .account = *enrolment.account,
         .credentials = enrolment.passkeys}
    );
    if (!use) return respond_add_passkey_error(*visit, use.error());
    auto tokens = std::make_shared<FreshTokens>(  // used by the continuation
        make_fresh(visit->services)
    );
    auto decided = accounts::decide(
        accounts::PasskeyPromoted{
            .sign_in = visit->needed_sign_in(),
            .use = std::move(*use),
            .account = std::move(enrolment.account),
            .passkeys = std::move(enrolment.passkeys),
            .steps = std::move(enrolment.steps),
        },
        circumstances_for(*visit, visit->needed_sign_in().email),
        tokens->fresh
    );
    return end_with_passkey(visit, std::move(decided), tokens);
}

}  // namespace latchkey::pages
