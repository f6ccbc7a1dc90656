// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The WebAuthn ceremonies of a sign-in after its first proof.
namespace latchkey::pages {

/// What the answer to a challenge is good for, and for nothing else.
enum class CeremonyUse : std::uint8_t {
    create_passkey,
    create_biometrics,
    second_step,
    promote,  // makes a passkey of a second factor
};

/// The challenge of the visit's sign-in for this use. It follows from the sign-in's row, so it
/// outlives a restart as the sign-in does, and is good once: finishing deletes the row.
webauthn::Challenge sign_in_challenge(const Visit& visit, CeremonyUse use);

/// A use of a second factor of the account, with user verification. `credentials` are all of the
/// account. For the second step it is asked for by its id; to be promoted it has to be found
/// without: one that is not discoverable would be no passkey.
struct BiometricsCeremony {
    CeremonyUse use = CeremonyUse::second_step;
    const accounts::Account& account;
    const std::vector<accounts::Passkey>& credentials;
};

std::string options_of(const Visit& visit, const BiometricsCeremony& asked);

/// What `navigator.credentials.get()` answered to them, verified. Whose credential it is and what
/// for is for the decision, but no other than an active second factor of the account gets that far.
Result<accounts::BiometricsUse, SignInError> read_biometrics_use(
    const Visit& visit, const BiometricsCeremony& asked
);

/// The credentials as options name them.
std::vector<webauthn::CredentialDescriptor> descriptors_of(
    const std::vector<accounts::Passkey>& credentials
);

}  // namespace latchkey::pages
