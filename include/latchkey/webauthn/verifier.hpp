// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace latchkey::webauthn {

/// Attestation types (6.5.3). Whether a path led to an attestation CA or to a batch root cannot
/// be told from the statement alone, so both are `certified`.
enum class AttestationType : std::uint8_t { none, self, certified };

/// A registration that passed all steps. Save `credential` if no account has its id (7.1 step 26:
/// a unique index decides).
struct VerifiedRegistration {
    CredentialRecord credential;
    AttestationType attestation = AttestationType::none;
    /// A path led to a trusted root: the AAGUID is proven, unless the format is fido-u2f, which
    /// does not sign it.
    bool attested = false;
    RegistrationExtensionResults extensions{};  // credProps, prf, largeBlob: as the client says
    /// credProtect, as the authenticator says; none: it did not say.
    std::optional<CredentialProtection> protection{};
};

/// Step 22 of 7.2: what the signature counter says. A counter that went back (or stayed) is a
/// signal that the credential may have been cloned, not proof.
enum class SignCountCheck : std::uint8_t { not_used, increased, went_back };

/// An authentication that passed all steps, with the credential and by the user of the record that
/// it was verified with. The caller updates that record (7.2 step 24).
struct VerifiedAuthentication {
    std::uint32_t sign_count = 0;
    SignCountCheck sign_count_check = SignCountCheck::not_used;
    bool backup_state = false;
    bool user_verified = false;
};

/// Verifies ceremonies with key objects that it keeps for the next one, which makes an ES256
/// authentication cost little more than its signature check. Use one per thread: it moves, and
/// may be used by one thread at a time. There is no state outside of it.
class Verifier {
public:
    Verifier() noexcept;
    Verifier(const Verifier&) = delete;
    Verifier& operator=(const Verifier&) = delete;
    Verifier(Verifier&&) noexcept;
    Verifier& operator=(Verifier&&) noexcept;
    ~Verifier();

    /// Section 7.1, "Registering a New Credential". `now` is when certificate chains must be
    /// valid. Steps 26 and 29 are the caller's.
    Result<VerifiedRegistration, Failure> verify_registration(
        const RelyingParty& rp,
        const RegistrationPolicy& policy,
        const RegistrationCeremony& ceremony,
        const RegistrationResponse& response,
        TimePoint now
    ) noexcept;

    /// Section 7.2, "Verifying an Authentication Assertion". The caller has loaded `record` by
    /// `response.id()` and has consumed the challenge. Step 24 is the caller's.
    Result<VerifiedAuthentication, Failure> verify_authentication(
        const RelyingParty& rp,
        const AuthenticationCeremony& ceremony,
        const CredentialRecord& record,
        const AuthenticationResponse& response
    ) noexcept;

private:
    struct Machinery;

    static std::unique_ptr<Machinery> make_machinery() noexcept;

    std::unique_ptr<Machinery> machinery_;
};

}  // namespace latchkey::webauthn
