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
/// a row in the table of format.cpp.
namespace latchkey::webauthn::attestation {

/// What a verification procedure is given (6.5.4).
struct Input {
    cbor::Item statement;  // attStmt
    const AuthenticatorData& authenticator_data;
    const AttestedCredentialData& attested;
    const crypto::Sha256& client_data_hash;
    const PublicKey& credential_key;
    crypto::SignatureVerifier& signatures;
};

/// What it establishes: the attestation type, and the trust path with its leaf first.
struct Evidence {
    AttestationType type = AttestationType::none;
    std::vector<crypto::Certificate> trust_path;
};

using Procedure = Result<Evidence, Reason> (*)(const Input& input);

/// The procedure of a format; `format_not_supported` for the registered formats that this build
/// cannot verify, `format_unknown` for all others. Compares case-sensitively (7.1 step 21).
Result<Procedure, Reason> find_procedure(std::string_view format);

Result<Evidence, Reason> verify_none(const Input& input);    // 8.7
Result<Evidence, Reason> verify_packed(const Input& input);  // 8.2

/// The certificates of an `x5c` member: an array of 1 to limits::statement_certificates of them.
Result<std::vector<crypto::Certificate>, Reason> read_certificates(const cbor::Item& x5c);

/// 7.1 step 23: the roots of the policy.
Result<std::vector<crypto::Certificate>, Reason> trust_anchors(const RegistrationPolicy& policy);

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
