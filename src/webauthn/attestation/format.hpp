// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "crypto/verify.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/cbor.hpp"

#include <span>
#include <string_view>
#include <vector>

/// Attestation statement formats (section 8): each has a file with its verification procedure, and
/// a row in the table of format.cpp. The steps of a procedure are lines of one function, in order.
namespace latchkey::webauthn::attestation {

/// What a verification procedure is given (6.5.4).
struct Input {
    cbor::Item statement;  // attStmt
    const AuthenticatorData& authenticator_data;
    const AttestedCredentialData& attested;
    const crypto::Sha256& client_data_hash;
    const PublicKey& credential_key;
    const RegistrationPolicy& policy;
    crypto::SignatureVerifier& signatures;
};

/// Certificates, the leaf first.
using TrustPath = std::vector<crypto::Certificate>;

/// What it establishes: the attestation type, and the trust path of a certified statement. Only a
/// compound statement can have more than one.
struct Evidence {
    AttestationType type = AttestationType::none;
    std::vector<TrustPath> trust_paths;
    bool covers_aaguid = true;  // false: a trust path would not prove the model (fido-u2f)
};

/// Why a statement does not hold, and at which step of its procedure.
struct Refusal {
    ProcedureStep procedure;
    Reason reason = Reason::statement_malformed;
};

using Procedure = Result<Evidence, Refusal> (*)(const Input& input);

/// The procedure of a format; `format_refused` if the policy does not take it, and for all that is
/// not registered `format_unknown`. Compares case-sensitively (7.1 step 21).
Result<Procedure, Reason> find_procedure(std::string_view format, const RegistrationPolicy& policy);

Result<Evidence, Refusal> verify_packed(const Input& input);             // 8.2
Result<Evidence, Refusal> verify_tpm(const Input& input);                // 8.3
Result<Evidence, Refusal> verify_android_key(const Input& input);        // 8.4
Result<Evidence, Refusal> verify_android_safetynet(const Input& input);  // 8.5
Result<Evidence, Refusal> verify_fido_u2f(const Input& input);           // 8.6
Result<Evidence, Refusal> verify_none(const Input& input);               // 8.7
Result<Evidence, Refusal> verify_apple(const Input& input);              // 8.8
Result<Evidence, Refusal> verify_compound(const Input& input);           // 8.9

/// Evidence of the type `certified` with this one path.
Evidence certified_by(TrustPath path);

/// The certificates of an `x5c` member: an array of 1 to limits::statement_certificates of them.
Result<TrustPath, Reason> read_certificates(const cbor::Item& x5c);

/// id-fido-gen-ce-aaguid (8.2.1): absent, or not critical and with this value.
Result<void, Reason> check_aaguid_extension(
    const crypto::Certificate& certificate, const Aaguid& aaguid
);

/// Whether the key of the certificate is the credential's.
bool certifies_credential_key(const crypto::Certificate& certificate, const Input& input);

/// What a signature check says of a statement: `bad_attestation_signature` for an invalid one.
Result<void, Reason> require_valid(crypto::SignatureCheck check);

/// 7.1 step 23: the roots of the policy, or those that metadata has for the model.
Result<std::vector<crypto::Certificate>, Reason> trust_anchors(
    const Evidence& evidence, const RegistrationPolicy& policy, const Aaguid& aaguid
);

/// 7.1 step 24: whether what was established is enough for the policy. The value is whether a path
/// led to one of `anchors`, so that the AAGUID is proven.
Result<bool, Reason> assess(
    const Evidence& evidence,
    std::span<const crypto::Certificate> anchors,
    const RegistrationPolicy& policy,
    const Aaguid& aaguid,
    TimePoint now
);

}  // namespace latchkey::webauthn::attestation
