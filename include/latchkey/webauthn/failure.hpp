// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::webauthn {

/// Which list of steps a number belongs to: section 7.1 or 7.2.
enum class Ceremony : std::uint8_t { registration, authentication };

/// What was wrong. For logs and tests; to the person every failed authentication looks the same.
enum class Reason : std::uint8_t {
    // The JSON around the response.
    response_too_large,    // longer than any real response
    response_malformed,    // not RegistrationResponseJSON or AuthenticationResponseJSON
    prf_results_received,  // secrets of the prf extension must never leave the client
    remote_client_data,    // remoteClientDataJSON: a client vouches for another one's data
    // Client data.
    client_data_malformed,  // not UTF-8, not JSON, or a member has another type
    wrong_type,             // of another ceremony
    challenge_mismatch,     // not the challenge that was issued
    origin_not_expected,
    cross_origin,  // in a frame, and this relying party is never framed
    top_origin_not_expected,
    // Attestation object and authenticator data.
    cbor_malformed,  // not the canonical CBOR of CTAP2, or beyond the limits
    attestation_object_malformed,
    authenticator_data_malformed,
    credential_id_mismatch,  // the envelope names another credential than authenticator data
    rp_id_mismatch,
    user_not_present,
    user_not_verified,
    backup_state_without_eligibility,
    backup_eligible_changed,
    synced_credential,  // policy wants credentials that cannot leave their device
    algorithm_not_offered,
    algorithm_not_supported,  // offered, but this build cannot verify it
    credential_key_malformed,
    credential_id_too_long,
    // Attestation.
    format_unknown,                // not a registered format identifier
    format_refused,                // policy does not take this format
    statement_malformed,           // the statement does not have the syntax of its format
    statement_algorithm_mismatch,  // its algorithm does not fit the key that signed
    statement_algorithm_not_supported,
    certificate_malformed,
    certificate_requirements,  // of the format, as 8.2.1 has them for packed
    aaguid_mismatch,           // the certificate speaks of another model
    bad_attestation_signature,
    statement_not_of_ceremony,  // it is about other data: its nonce or challenge differs
    attested_key_mismatch,      // it is about another key than the credential's
    key_authorization_refused,  // Android: the key may be used by all, was imported, or cannot sign
    tpm_structure_malformed,    // certInfo or pubArea
    tpm_not_certified,          // certInfo was not made by TPM2_Certify inside of a TPM
    tpm_name_mismatch,          // certInfo certifies another object than pubArea
    safetynet_response_malformed,
    device_integrity_failed,    // SafetyNet: the device is not what it claims to be
    attestation_missing,        // policy requires one that vouches for the authenticator
    attestation_not_trusted,    // no path to a root that policy gave
    certificate_not_valid_now,  // a certificate of the path has expired, or is not valid yet
    trust_root_malformed,       // policy gave something that is no certificate
    aaguid_not_allowed,
    metadata_missing,             // policy asks for metadata and has none
    authenticator_compromised,    // metadata says that its keys, or those of its maker, are known
    authenticator_revoked,        // metadata says that it is not to be trusted for any reason
    user_verification_bypass,     // metadata says that software goes around user verification
    certification_level_too_low,  // of a proven model; or no model is proven
    credential_protection_too_weak,  // policy asks for more credProtect than the credential has
    // Authentication.
    credential_not_requested,
    record_mismatch,  // the record is of another credential than the response
    user_handle_missing,
    user_handle_mismatch,
    bad_signature,
    sign_count_went_back,  // and the ceremony's rule refuses that
    // The machine.
    out_of_memory,        // memory ran out, or the verifier got none: nothing was verified
    cryptography_failed,  // OpenSSL reported an error of its own: nothing was verified
};

/// The stable name of a reason: "challenge_mismatch".
std::string_view name_of(Reason reason) noexcept;

/// A step of the verification procedure of an attestation statement format. Where the
/// specification does not number the steps they are counted in order (docs/webauthn-steps.md).
struct ProcedureStep {
    std::uint8_t section = 0;  // 2 is section 8.2
    std::uint8_t step = 0;

    bool operator==(const ProcedureStep&) const = default;
};

/// Why a response was refused, with the step of the section that refused it. Step 0 is none of
/// them: `out_of_memory`, whichever step was next.
struct Failure {
    Ceremony ceremony = Ceremony::registration;
    std::uint8_t step = 0;
    Reason reason = Reason::response_malformed;
    /// Only with 7.1 step 22: the step of the statement's own procedure.
    std::optional<ProcedureStep> procedure{};

    bool operator==(const Failure&) const = default;
};

/// For the log: "7.2 step 11: challenge_mismatch", "7.1 step 22, 8.3 step 5: aaguid_mismatch".
std::string describe(const Failure& failure) noexcept;

}  // namespace latchkey::webauthn
