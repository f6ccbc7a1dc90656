// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/try.hpp"
#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/attestation/model.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace latchkey::webauthn::attestation {
namespace {

using crypto::Certificate;
using crypto::ChainCheck;

bool contains(const std::vector<Aaguid>& aaguids, const Aaguid& aaguid) {
    return std::ranges::find(aaguids, aaguid) != aaguids.end();
}

/// The best that is found of any path. Each statement of a compound one covers the whole response,
/// so one path that leads to an anchor proves what it would prove alone.
ChainCheck check_paths(
    const Evidence& evidence, std::span<const Certificate> anchors, TimePoint now
) {
    ChainCheck best = ChainCheck::not_trusted;
    for (const TrustPath& path : evidence.trust_paths) {
        const ChainCheck check = crypto::verify_chain(path, anchors, now);
        if (check == ChainCheck::trusted) return check;
        if (best == ChainCheck::not_trusted) best = check;
    }
    return best;
}

/// Whether a trust path leads to an anchor. Only `required` refuses if none does.
Result<bool, Reason> judge_paths(
    const Evidence& evidence,
    std::span<const Certificate> anchors,
    const RegistrationPolicy& policy,
    TimePoint now
) {
    if (policy.trust == AttestationTrust::any) return false;
    switch (check_paths(evidence, anchors, now)) {
        case ChainCheck::trusted:
            return true;
        case ChainCheck::failed:
            return Fail{Reason::cryptography_failed};
        case ChainCheck::not_valid_now:
            if (policy.attestation != Attestation::required) return false;
            return Fail{Reason::certificate_not_valid_now};
        case ChainCheck::not_trusted:
            break;
    }
    if (policy.attestation != Attestation::required) return false;
    return Fail{Reason::attestation_not_trusted};
}

}  // namespace

Result<std::vector<Certificate>, Reason> trust_anchors(
    const Evidence& evidence, const RegistrationPolicy& policy, const Aaguid& aaguid
) {
    std::vector<Certificate> anchors;
    const bool is_by_metadata = policy.trust == AttestationTrust::metadata;
    if (is_by_metadata && policy.metadata == nullptr) return Fail{Reason::metadata_missing};
    const MetadataEntry* model = TRY(find_model(policy, aaguid, evidence.trust_paths));
    if (is_by_metadata && model == nullptr) return anchors;
    for (const Bytes& root : is_by_metadata ? model->roots : policy.roots) {
        auto anchor = Certificate::parse(root);
        if (!anchor) return Fail{Reason::trust_root_malformed};
        anchors.push_back(*std::move(anchor));
    }
    return anchors;
}

Result<bool, Reason> assess(
    const Evidence& evidence,
    std::span<const Certificate> anchors,
    const RegistrationPolicy& policy,
    const Aaguid& aaguid,
    TimePoint now
) {
    const bool is_certified = evidence.type == AttestationType::certified;
    if (policy.attestation == Attestation::required && !is_certified) {
        return Fail{Reason::attestation_missing};
    }
    const MetadataEntry* model = TRY(find_model(policy, aaguid, evidence.trust_paths));
    if (model != nullptr) TRY(judge_status(*model, evidence.trust_paths, policy, now));
    const bool attested = TRY(judge_paths(evidence, anchors, policy, now));
    if (contains(policy.denied_aaguids, aaguid)) return Fail{Reason::aaguid_not_allowed};
    const bool is_proven = attested && evidence.covers_aaguid;
    const bool is_allowed = is_proven && contains(policy.allowed_aaguids, aaguid);
    if (!policy.allowed_aaguids.empty() && !is_allowed) return Fail{Reason::aaguid_not_allowed};
    const auto proven =
        attested && model != nullptr ? certification_of(*model, now) : CertificationLevel::none;
    if (proven < policy.minimum_certification) return Fail{Reason::certification_level_too_low};
    return attested;
}

}  // namespace latchkey::webauthn::attestation
