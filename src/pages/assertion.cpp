// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/assertion.hpp"

#include "accounts/sign_in.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/request.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/verifier.hpp"
#include "pages/visit.hpp"

#include <optional>
#include <string>
#include <utility>

namespace latchkey::pages {
namespace {

SignInError error_of_failure(const webauthn::Failure& failure) {
    const std::string reason = describe(failure);
    if (failure.reason == webauthn::Reason::user_not_verified) {
        return {.status = 422, .code = "user_not_verified", .reason = reason};
    }
    return {.status = 422, .code = "passkey_refused", .reason = reason};
}

}  // namespace

latchkey::Result<Assertion, AssertionRefused> read_assertion(const Visit& visit) {
    const Services& services = visit.services;
    const auto ceremony = services.ceremonies.open(visit.form.get("ceremony"), visit.browser_id);
    const accounts::Purpose purpose = ceremony ? ceremony->purpose : accounts::Purpose{};
    const auto refused = [&purpose](SignInError error) {
        return Fail{
            AssertionRefused{.purpose = purpose, .error = std::move(error), .unknown = std::nullopt}
        };
    };
    if (!ceremony || !ceremony->is_alive) {
        return refused({.status = 422, .code = "challenge_expired", .reason = "ceremony"});
    }
    auto response = webauthn::parse_authentication_response(visit.form.get("response"));
    if (!response) {
        return refused({.status = 400, .code = "bad_request", .reason = describe(response.error())}
        );
    }
    auto known = services.store.find_passkey(response->id());
    if (!known) {
        AssertionRefused unknown{
            .purpose = purpose,
            .error = error_of(accounts::Refusal::unknown_credential),
            .unknown = response->id(),
        };
        // A row that was altered here is no reason for a password manager to forget a passkey.
        if (services.store.has_credential(response->id())) unknown.unknown = std::nullopt;
        return Fail{std::move(unknown)};
    }
    auto asked = webauthn::AuthenticationCeremony::discoverable(ceremony->challenge);
    // The account's rule decides on the counter, on the very row that the commit compares.
    asked.counter_rule = webauthn::CounterRule::report;
    const auto verified = verifier().verify_authentication(
        relying_party(services.site), asked, known->passkey.record, *response
    );
    if (!verified) return refused(error_of_failure(verified.error()));
    if (!services.ceremonies.spend(*ceremony)) {
        return refused({.status = 422, .code = "challenge_expired", .reason = "replayed"});
    }
    return Assertion{
        .purpose = purpose,
        .known = std::move(*known),
        .sign_count = verified->sign_count,
        .backup_state = verified->backup_state,
    };
}

json::Value unknown_signal(const Visit& visit, const webauthn::CredentialId& credential) {
    return json::object({
        {"rpId", visit.services.site.rp_id},
        {"credentialId", base64url_encode(credential.value())},
    });
}

}  // namespace latchkey::pages
