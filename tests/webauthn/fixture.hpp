// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/encoding.hpp"
#include "base/try.hpp"
#include "latchkey/webauthn.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

/// A relying party with one valid registration and one valid authentication, to be changed in one
/// point by each test.
namespace latchkey::webauthn {

inline const std::string test_origin = "https://example.org";

inline Bytes repeated(std::uint8_t value, std::size_t size) {
    Bytes bytes(size, static_cast<std::byte>(value));
    return bytes;
}

inline RelyingParty test_relying_party() {
    return {.id = RpId("example.org"), .name = "Example", .origins = {Origin(test_origin)}};
}

/// What a server holds before the response comes, and what the client will send.
struct RegistrationCase {
    RelyingParty rp = test_relying_party();
    RegistrationPolicy policy{.algorithms = test::available_algorithms()};
    RegistrationCeremony ceremony{
        .challenge = Challenge(repeated(0x17, 32)), .user_handle = UserHandle(repeated(0x2a, 64))
    };
    TimePoint now = test::certificate_time;
    test::AuthenticatorOptions options{};
    test::RegistrationDraft draft = make_draft();
    /// Changes the finished response, so that signatures no longer cover the change.
    std::function<void(test::MadeRegistration&)> tamper{};

    RegistrationCase() = default;

    explicit RegistrationCase(test::AuthenticatorOptions chosen) : options(std::move(chosen)) {}

    [[nodiscard]] test::RegistrationDraft make_draft() const {
        test::SoftwareAuthenticator authenticator(options);
        const auto json = issue_registration(rp, policy, ceremony, {.name = "ada@example.org"}, {});
        return authenticator.draft_create(json, test_origin).value();
    }

    [[nodiscard]] test::MadeRegistration made() const {
        auto response = draft.finish();
        if (tamper) tamper(response);
        return response;
    }

    [[nodiscard]] Result<VerifiedRegistration, Failure> verify(Verifier& verifier) const {
        const auto response = TRY(parse_registration_response(made().parts()));
        return verifier.verify_registration(rp, policy, ceremony, response, now);
    }
};

/// A registered credential and an assertion of it.
struct AuthenticationCase {
    RelyingParty rp = test_relying_party();
    AuthenticationCeremony ceremony =
        AuthenticationCeremony::discoverable(Challenge(repeated(0x71, 32)));
    test::AuthenticatorOptions options{};
    CredentialRecord record{};
    test::AssertionDraft draft = make_draft();
    std::function<void(test::MadeAssertion&)> tamper{};

    AuthenticationCase() = default;

    explicit AuthenticationCase(test::AuthenticatorOptions chosen) : options(std::move(chosen)) {}

    /// Registers, so that the record is what a registration gives, and asks for an assertion.
    test::AssertionDraft make_draft() {
        const RegistrationCase registration;
        test::SoftwareAuthenticator authenticator(options);
        const auto create_json = issue_registration(
            rp, registration.policy, registration.ceremony, {.name = "ada@example.org"}, {}
        );
        const auto created = authenticator.draft_create(create_json, test_origin)->finish();
        const auto response = parse_registration_response(created.parts());
        record = Verifier()
                     .verify_registration(
                         rp, registration.policy, registration.ceremony, *response, registration.now
                     )
                     ->credential;
        return authenticator.draft_get(issue_authentication(rp, ceremony), test_origin).value();
    }

    [[nodiscard]] test::MadeAssertion made() const {
        auto response = draft.finish();
        if (tamper) tamper(response);
        return response;
    }

    [[nodiscard]] Result<VerifiedAuthentication, Failure> verify(Verifier& verifier) const {
        const auto response = TRY(parse_authentication_response(made().parts()));
        return verifier.verify_authentication(rp, ceremony, record, response);
    }
};

}  // namespace latchkey::webauthn
