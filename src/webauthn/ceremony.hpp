// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/verify.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"

/// What the two ceremonies ask in the same words.
namespace latchkey::webauthn {

/// 7.1 step 9, 7.2 step 12: whether the origin is one of the relying party's.
bool expects_origin(const RelyingParty& rp, const ClientData& client);

/// 7.1 step 10, 7.2 step 13: whether the ceremony ran where it may, as to frames.
bool expects_frame(const RelyingParty& rp, const ClientData& client);

/// 7.1 step 11, 7.2 step 14: whether the page around the frame, if named, may frame us.
bool expects_top_origin(const RelyingParty& rp, const ClientData& client);

/// Key objects, and the steps that use them; where memory runs out they throw std::bad_alloc.
struct Verifier::Machinery {
    crypto::SignatureVerifier signatures;

    Result<VerifiedRegistration, Failure> verify_registration(
        const RelyingParty& rp,
        const RegistrationPolicy& policy,
        const RegistrationCeremony& ceremony,
        const RegistrationResponse& response,
        TimePoint now
    );

    Result<VerifiedAuthentication, Failure> verify_authentication(
        const RelyingParty& rp,
        const AuthenticationCeremony& ceremony,
        const CredentialRecord& record,
        const AuthenticationResponse& response
    );
};

}  // namespace latchkey::webauthn
