// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"

#include <string>
#include <string_view>

#include "latchkey/result.hpp"

namespace latchkey::webauthn {

std::string_view name_of(Reason reason) {
    switch (reason) {
        case Reason::response_too_large: return "response_too_large";
        case Reason::response_malformed: return "response_malformed";
        case Reason::prf_results_received: return "prf_results_received";
        case Reason::remote_client_data: return "remote_client_data";
        case Reason::client_data_malformed: return "client_data_malformed";
        case Reason::wrong_type: return "wrong_type";
        case Reason::challenge_mismatch: return "challenge_mismatch";
        case Reason::origin_not_expected: return "origin_not_expected";
        case Reason::cross_origin: return "cross_origin";
        case Reason::top_origin_not_expected: return "top_origin_not_expected";
        case Reason::cbor_malformed: return "cbor_malformed";
        case Reason::attestation_object_malformed: return "attestation_object_malformed";
        case Reason::authenticator_data_malformed: return "authenticator_data_malformed";
        case Reason::credential_id_mismatch: return "credential_id_mismatch";
        case Reason::rp_id_mismatch: return "rp_id_mismatch";
        case Reason::user_not_present: return "user_not_present";
        case Reason::user_not_verified: return "user_not_verified";
        case Reason::backup_state_without_eligibility: return "backup_state_without_eligibility";
        case Reason::backup_eligible_changed: return "backup_eligible_changed";
        case Reason::synced_credential: return "synced_credential";
        case Reason::algorithm_not_offered: return "algorithm_not_offered";
        case Reason::algorithm_not_supported: return "algorithm_not_supported";
        case Reason::credential_key_malformed: return "credential_key_malformed";
        case Reason::format_unknown: return "format_unknown";
        case Reason::format_not_supported: return "format_not_supported";
        case Reason::statement_malformed: return "statement_malformed";
        case Reason::statement_algorithm_mismatch: return "statement_algorithm_mismatch";
        case Reason::statement_algorithm_not_supported: return "statement_algorithm_not_supported";
        case Reason::certificate_malformed: return "certificate_malformed";
        case Reason::certificate_requirements: return "certificate_requirements";
        case Reason::aaguid_mismatch: return "aaguid_mismatch";
        case Reason::bad_attestation_signature: return "bad_attestation_signature";
        case Reason::attestation_missing: return "attestation_missing";
        case Reason::attestation_not_trusted: return "attestation_not_trusted";
        case Reason::trust_root_malformed: return "trust_root_malformed";
        case Reason::aaguid_not_allowed: return "aaguid_not_allowed";
        case Reason::credential_not_requested: return "credential_not_requested";
        case Reason::credential_unknown: return "credential_unknown";
        case Reason::user_handle_missing: return "user_handle_missing";
        case Reason::user_handle_mismatch: return "user_handle_mismatch";
        case Reason::bad_signature: return "bad_signature";
        case Reason::cryptography_failed: return "cryptography_failed";
    }
    LATCHKEY_ASSERT(false);
}

std::string describe(const Failure& failure) {
    std::string text = failure.ceremony == Ceremony::registration ? "7.1 step " : "7.2 step ";
    text += std::to_string(failure.step);
    text += ": ";
    text += name_of(failure.reason);
    return text;
}

}  // namespace latchkey::webauthn
