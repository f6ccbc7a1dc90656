// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/attestation/model.hpp"

#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/attestation/format.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace latchkey::webauthn::attestation {
namespace {

using crypto::Certificate;
using crypto::ChainCheck;

/// Whether the key of `issuer` is that of a certificate of the path, or signed it. A key that
/// OpenSSL fails to name may be, and counts as if it were.
bool is_vouched_for_by(std::span<const Certificate> path, const Bytes& issuer, TimePoint now) {
    const auto parsed = Certificate::parse(issuer);
    const auto key_id = parsed ? parsed->key_identifier() : std::nullopt;
    if (!key_id) return true;
    const bool is_in_path = std::ranges::any_of(path, [&](const Certificate& certificate) {
        const auto own = certificate.key_identifier();
        return !own || own == key_id;
    });
    return is_in_path || crypto::verify_chain(path, {&*parsed, 1}, now) == ChainCheck::trusted;
}

/// Metadata Service 3.1.4, ATTESTATION_KEY_COMPROMISE: of the model, or of a batch of it.
bool has_compromised_key(
    const MetadataEntry& model, std::span<const TrustPath> paths, TimePoint now
) {
    return std::ranges::any_of(model.reports, [&](const StatusReport& report) {
        const bool applies = report.status == AuthenticatorStatus::attestation_key_compromise &&
                             is_in_effect(report, now);
        return applies &&
               (!report.certificate || std::ranges::any_of(paths, [&](const TrustPath& path) {
                   return is_vouched_for_by(path, *report.certificate, now);
               }));
    });
}

}  // namespace

Result<const MetadataEntry*, Reason> find_model(
    const RegistrationPolicy& policy, const Aaguid& aaguid, std::span<const TrustPath> paths
) {
    if (policy.metadata == nullptr) return nullptr;
    if (aaguid != Aaguid()) return policy.metadata->find(aaguid);
    for (const TrustPath& path : paths) {
        const auto key_id = path.front().key_identifier();
        if (!key_id) return Fail{Reason::cryptography_failed};
        const auto* model = policy.metadata->find(AttestationKeyId(*key_id));
        if (model != nullptr) return model;
    }
    return nullptr;
}

Result<void, Reason> judge_status(
    const MetadataEntry& model,
    std::span<const TrustPath> paths,
    const RegistrationPolicy& policy,
    TimePoint now
) {
    using enum AuthenticatorStatus;
    if (has_status(model, revoked, now)) return Fail{Reason::authenticator_revoked};
    const bool is_compromised = has_status(model, user_key_remote_compromise, now) ||
                                has_status(model, user_key_physical_compromise, now) ||
                                has_compromised_key(model, paths, now);
    if (is_compromised) return Fail{Reason::authenticator_compromised};
    const bool has_bypass = has_status(model, user_verification_bypass, now);
    if (has_bypass && policy.verification_bypass == VerificationBypass::refused) {
        return Fail{Reason::user_verification_bypass};
    }
    return {};
}

}  // namespace latchkey::webauthn::attestation
