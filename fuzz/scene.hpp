// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn.hpp"
#include "support/authenticator.hpp"

namespace latchkey::fuzz {

/// A relying party in the middle of a registration and of an authentication. The same in every run,
/// so that the responses in the seed corpus pass all steps.
struct Scene {
    webauthn::RelyingParty rp{
        .id = webauthn::RpId("example.org"),
        .name = "Example",
        .origins = {webauthn::Origin("https://example.org")}
    };
    webauthn::RegistrationPolicy policy;
    webauthn::RegistrationCeremony registration{
        .challenge = webauthn::Challenge(Bytes(32, std::byte{1})),
        .user_handle = webauthn::UserHandle(Bytes(64, std::byte{2}))
    };
    webauthn::AuthenticationCeremony authentication =
        webauthn::AuthenticationCeremony::discoverable(webauthn::Challenge(Bytes(32, std::byte{3}))
        );
    webauthn::TimePoint now = test::certificate_time;
    Bytes registration_client_data;
    webauthn::CredentialRecord record;

    Scene();

    /// The draft of a response to the registration, or to the authentication after it.
    [[nodiscard]] test::RegistrationDraft draft_registration(
        const test::AuthenticatorOptions& options
    ) const;
    [[nodiscard]] test::AssertionDraft draft_assertion(const test::AuthenticatorOptions& options
    ) const;
};

}  // namespace latchkey::fuzz
