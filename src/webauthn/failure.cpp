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
constexpr auto names = std::to_array<Name>({
    {Reason::response_too_large, "response_too_large"},
    {Reason::response_malformed, "response_malformed"},
    {Reason::prf_results_received, "prf_results_received"},
    {Reason::remote_client_data, "remote_client_data"},
    {Reason::client_data_malformed, "client_data_malformed"},
    {Reason::wrong_type, "wrong_type"},
    {Reason::challenge_mismatch, "challenge_mismatch"},
    {Reason::origin_not_expected, "origin_not_expected"},
    {Reason::cross_origin, "cross_origin"},
    {Reason::top_origin_not_expected, "top_origin_not_expected"},
    {Reason::cbor_malformed, "cbor_malformed"},
    {Reason::attestation_object_malformed, "attestation_object_malformed"},
    {Reason::authenticator_data_malformed, "authenticator_data_malformed"},
    {Reason::credential_id_mismatch, "credential_id_mismatch"},
    {Reason::rp_id_mismatch, "rp_id_mismatch"},
    {Reason::user_not_present, "user_not_present"},
    {Reason::user_not_verified, "user_not_verified"},
    {Reason::backup_state_without_eligibility, "backup_state_without_eligibility"},
    {Reason::backup_eligible_changed, "backup_eligible_changed"},
    {Reason::synced_credential, "synced_credential"},
    {Reason::algorithm_not_offered, "algorithm_not_offered"},
    {Reason::algorithm_not_supported, "algorithm_not_supported"},
    {Reason::credential_key_malformed, "credential_key_malformed"},
    {Reason::credential_id_too_long, "credential_id_too_long"},
    {Reason::format_unknown, "format_unknown"},
    {Reason::format_refused, "format_refused"},
    {Reason::statement_malformed, "statement_malformed"},
    {Reason::statement_algorithm_mismatch, "statement_algorithm_mismatch"},
    {Reason::statement_algorithm_not_supported, "statement_algorithm_not_supported"},
    {Reason::certificate_malformed, "certificate_malformed"},
    {Reason::certificate_requirements, "certificate_requirements"},
    {Reason::aaguid_mismatch, "aaguid_mismatch"},
    {Reason::bad_attestation_signature, "bad_attestation_signature"},
    {Reason::statement_not_of_ceremony, "statement_not_of_ceremony"},
    {Reason::attested_key_mismatch, "attested_key_mismatch"},
    {Reason::key_authorization_refused, "key_authorization_refused"},
    {Reason::tpm_structure_malformed, "tpm_structure_malformed"},
    {Reason::tpm_not_certified, "tpm_not_certified"},
    {Reason::tpm_name_mismatch, "tpm_name_mismatch"},
    {Reason::safetynet_response_malformed, "safetynet_response_malformed"},
    {Reason::device_integrity_failed, "device_integrity_failed"},
    {Reason::attestation_missing, "attestation_missing"},
    {Reason::attestation_not_trusted, "attestation_not_trusted"},
    {Reason::certificate_not_valid_now, "certificate_not_valid_now"},
    {Reason::trust_root_malformed, "trust_root_malformed"},
    {Reason::aaguid_not_allowed, "aaguid_not_allowed"},
    {Reason::metadata_missing, "metadata_missing"},
    {Reason::authenticator_compromised, "authenticator_compromised"},
    {Reason::authenticator_revoked, "authenticator_revoked"},
    {Reason::user_verification_bypass, "user_verification_bypass"},
    {Reason::certification_level_too_low, "certification_level_too_low"},
    {Reason::credential_protection_too_weak, "credential_protection_too_weak"},
    {Reason::credential_not_requested, "credential_not_requested"},
    {Reason::record_mismatch, "record_mismatch"},
    {Reason::user_handle_missing, "user_handle_missing"},
    {Reason::user_handle_mismatch, "user_handle_mismatch"},
    {Reason::bad_signature, "bad_signature"},
    {Reason::sign_count_went_back, "sign_count_went_back"},
    {Reason::out_of_memory, "out_of_memory"},
    {Reason::cryptography_failed, "cryptography_failed"},
});

consteval bool is_in_order() {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (static_cast<std::size_t>(names.at(i).reason) != i) return false;
    }
    return names.back().reason == Reason::cryptography_failed;
}

static_assert(is_in_order());

}  // namespace

std::string_view name_of(Reason reason) noexcept {
    return names.at(static_cast<std::size_t>(reason)).text;
}

std::string describe(const Failure& failure) noexcept {
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
