// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::webauthn {
namespace {

struct Name {
    Reason reason;
    std::string_view text;
};

// In the order of the enumeration, so that a reason is its own index.
constexpr std::array names{
    Name{Reason::response_too_large, "response_too_large"},
    Name{Reason::response_malformed, "response_malformed"},
    Name{Reason::prf_results_received, "prf_results_received"},
    Name{Reason::remote_client_data, "remote_client_data"},
    Name{Reason::client_data_malformed, "client_data_malformed"},
    Name{Reason::wrong_type, "wrong_type"},
    Name{Reason::challenge_mismatch, "challenge_mismatch"},
    Name{Reason::origin_not_expected, "origin_not_expected"},
    Name{Reason::cross_origin, "cross_origin"},
    Name{Reason::top_origin_not_expected, "top_origin_not_expected"},
    Name{Reason::cbor_malformed, "cbor_malformed"},
    Name{Reason::attestation_object_malformed, "attestation_object_malformed"},
    Name{Reason::authenticator_data_malformed, "authenticator_data_malformed"},
    Name{Reason::credential_id_mismatch, "credential_id_mismatch"},
    Name{Reason::rp_id_mismatch, "rp_id_mismatch"},
    Name{Reason::user_not_present, "user_not_present"},
    Name{Reason::user_not_verified, "user_not_verified"},
    Name{Reason::backup_state_without_eligibility, "backup_state_without_eligibility"},
    Name{Reason::backup_eligible_changed, "backup_eligible_changed"},
    Name{Reason::synced_credential, "synced_credential"},
    Name{Reason::algorithm_not_offered, "algorithm_not_offered"},
    Name{Reason::algorithm_not_supported, "algorithm_not_supported"},
    Name{Reason::credential_key_malformed, "credential_key_malformed"},
    Name{Reason::credential_id_too_long, "credential_id_too_long"},
    Name{Reason::format_unknown, "format_unknown"},
    Name{Reason::format_refused, "format_refused"},
    Name{Reason::statement_malformed, "statement_malformed"},
    Name{Reason::statement_algorithm_mismatch, "statement_algorithm_mismatch"},
    Name{Reason::statement_algorithm_not_supported, "statement_algorithm_not_supported"},
    Name{Reason::certificate_malformed, "certificate_malformed"},
    Name{Reason::certificate_requirements, "certificate_requirements"},
    Name{Reason::aaguid_mismatch, "aaguid_mismatch"},
    Name{Reason::bad_attestation_signature, "bad_attestation_signature"},
    Name{Reason::statement_not_of_ceremony, "statement_not_of_ceremony"},
    Name{Reason::attested_key_mismatch, "attested_key_mismatch"},
    Name{Reason::key_authorization_refused, "key_authorization_refused"},
    Name{Reason::tpm_structure_malformed, "tpm_structure_malformed"},
    Name{Reason::tpm_not_certified, "tpm_not_certified"},
    Name{Reason::tpm_name_mismatch, "tpm_name_mismatch"},
    Name{Reason::safetynet_response_malformed, "safetynet_response_malformed"},
    Name{Reason::device_integrity_failed, "device_integrity_failed"},
    Name{Reason::attestation_missing, "attestation_missing"},
    Name{Reason::attestation_not_trusted, "attestation_not_trusted"},
    Name{Reason::certificate_not_valid_now, "certificate_not_valid_now"},
    Name{Reason::trust_root_malformed, "trust_root_malformed"},
    Name{Reason::aaguid_not_allowed, "aaguid_not_allowed"},
    Name{Reason::metadata_missing, "metadata_missing"},
    Name{Reason::authenticator_compromised, "authenticator_compromised"},
    Name{Reason::authenticator_revoked, "authenticator_revoked"},
    Name{Reason::user_verification_bypass, "user_verification_bypass"},
    Name{Reason::certification_level_too_low, "certification_level_too_low"},
    Name{Reason::credential_protection_too_weak, "credential_protection_too_weak"},
    Name{Reason::credential_not_requested, "credential_not_requested"},
    Name{Reason::record_mismatch, "record_mismatch"},
    Name{Reason::user_handle_missing, "user_handle_missing"},
    Name{Reason::user_handle_mismatch, "user_handle_mismatch"},
    Name{Reason::bad_signature, "bad_signature"},
    Name{Reason::sign_count_went_back, "sign_count_went_back"},
    Name{Reason::cryptography_failed, "cryptography_failed"},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (static_cast<std::size_t>(names.at(i).reason) != i) return false;
    }
    return names.back().reason == Reason::cryptography_failed;
}

static_assert(is_in_order());

}  // namespace

std::string_view name_of(Reason reason) {
    return names.at(static_cast<std::size_t>(reason)).text;
}

std::string describe(const Failure& failure) {
    std::string text = failure.ceremony == Ceremony::registration ? "7.1 step " : "7.2 step ";
    text += std::to_string(failure.step);
    if (failure.procedure) {
        text += ", 8." + std::to_string(failure.procedure->section);
        text += " step " + std::to_string(failure.procedure->step);
    }
    text += ": ";
    text += name_of(failure.reason);
    return text;
}

}  // namespace latchkey::webauthn
