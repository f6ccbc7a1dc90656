// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/model.hpp"

#include <algorithm>
#include <vector>

namespace latchkey::webauthn {
namespace {

StoredJudgement refused(Reason reason) {
    return {.verdict = StoredVerdict::refused, .reason = reason};
}

template <class Value>
bool contains(const std::vector<Value>& values, const Value& value) {
    return std::ranges::find(values, value) != values.end();
}

/// Whether the policy takes only what an attestation proves.
bool needs_proof(const RegistrationPolicy& policy) {
    return policy.attestation == Attestation::required || !policy.allowed_aaguids.empty() ||
           policy.minimum_certification != CertificationLevel::none;
}

/// A report of one batch: whether the credential is of it only its statement says.
bool may_be_of_compromised_batch(const MetadataEntry& model, TimePoint now) {
    return has_status(model, AuthenticatorStatus::attestation_key_compromise, now);
}

}  // namespace

StoredJudgement judge_stored(
    const RegistrationPolicy& policy, const CredentialRecord& record, TimePoint now
) noexcept {
    const Aaguid& aaguid = record.aaguid;
    const bool is_named = aaguid != Aaguid();
    if (policy.backup == BackupEligibility::device_bound_only && record.backup_eligible) {
        return refused(Reason::synced_credential);
    }
    if (!contains(policy.algorithms, record.public_key.algorithm)) {
        return refused(Reason::algorithm_not_offered);
    }
    if (needs_proof(policy) && record.attestation_format == "none") {
        return refused(Reason::attestation_missing);
    }
    const MetadataEntry* model =
        is_named && policy.metadata != nullptr ? policy.metadata->find(aaguid) : nullptr;
    if (model != nullptr) {
        const auto status = attestation::judge_status(*model, {}, policy, now);
        if (!status) return refused(status.error());
    }
    const bool is_denied = contains(policy.denied_aaguids, aaguid);
    const bool is_allowed =
        policy.allowed_aaguids.empty() || contains(policy.allowed_aaguids, aaguid);
    if (is_denied || !is_allowed) return refused(Reason::aaguid_not_allowed);
    if (is_named && policy.minimum_certification != CertificationLevel::none) {
        const auto level =
            model == nullptr ? CertificationLevel::none : certification_of(*model, now);
        if (level < policy.minimum_certification) {
            return refused(Reason::certification_level_too_low);
        }
    }
    const bool is_by_metadata = policy.trust == AttestationTrust::metadata;
    if (is_by_metadata && policy.attestation == Attestation::required && is_named &&
        model == nullptr) {
        return refused(Reason::attestation_not_trusted);
    }
    const bool is_open = needs_proof(policy) || policy.minimum_protection ||
                         (model != nullptr && may_be_of_compromised_batch(*model, now));
    return {.verdict = is_open ? StoredVerdict::unknown : StoredVerdict::accepted};
}

}  // namespace latchkey::webauthn
