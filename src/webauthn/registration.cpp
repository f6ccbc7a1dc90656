// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/ceremony.hpp"
#include "webauthn/client_data.hpp"
#include "webauthn/limits.hpp"
#include "webauthn/out_of_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::webauthn {
namespace {

Fail<Failure> fail(std::uint8_t step, Reason reason) {
    return {{.ceremony = Ceremony::registration, .step = step, .reason = reason}};
}

Fail<Failure> fail(std::uint8_t step, const attestation::Refusal& refusal) {
    Fail<Failure> failed = fail(step, refusal.reason);
    failed.error.procedure = refusal.procedure;
    return failed;
}

bool offers(const RegistrationPolicy& policy, CoseAlgorithm algorithm) {
    return std::ranges::find(policy.algorithms, algorithm) != policy.algorithms.end();
}

bool is_too_long(const CredentialId& id) {
    return id.value().size() > limits::credential_id_bytes;
}

/// The authenticator extension output of credProtect; nullopt: none, or no value of it.
std::optional<CredentialProtection> protection_of(const AuthenticatorData& data) {
    if (data.extensions.empty()) return std::nullopt;
    const auto output = cbor::parse(data.extensions).value().find("credProtect");
    const auto value = output ? output->as_integer() : std::nullopt;
    if (!value || *value < 1 || *value > 3) return std::nullopt;
    return static_cast<CredentialProtection>(*value);
}

/// An optional that is empty is less than any value.
bool is_protected_enough(
    const RegistrationPolicy& policy, std::optional<CredentialProtection> protection
) {
    return protection >= policy.minimum_protection;
}

/// What the response says for the new credential record.
CredentialRecord record_of(const RegistrationResponse& response, PublicKey public_key) {
    const auto& auth = response.authenticator_data();
    return {
        .id = response.id(),
        .user_handle = {},
        .public_key = std::move(public_key),
        .sign_count = auth.sign_count,
        .uv_initialized = auth.flags.uv,
        .backup_eligible = auth.flags.be,
        .backup_state = auth.flags.bs,
        .transports = response.transports(),
        .aaguid = response.attested().aaguid,
        .attestation_format = std::string(response.format()),
        .rp_id = {}
    };
}

}  // namespace

Result<VerifiedRegistration, Failure> Verifier::verify_registration(
    const RelyingParty& rp,
    const RegistrationPolicy& policy,
    const RegistrationCeremony& ceremony,
    const RegistrationResponse& response,
    TimePoint now
) noexcept try {
    if (machinery_ == nullptr) return out_of_memory(Ceremony::registration);
    return machinery_->verify_registration(rp, policy, ceremony, response, now);
} catch (const std::bad_alloc&) {
    return out_of_memory(Ceremony::registration);
}

// Section 7.1, Editor's Draft of 2026-07-30; the numbers are checked by scripts/check_spec_steps.
Result<VerifiedRegistration, Failure> Verifier::Machinery::verify_registration(
    const RelyingParty& rp,
    const RegistrationPolicy& policy,
    const RegistrationCeremony& ceremony,
    const RegistrationResponse& response,
    TimePoint now
) {
    const auto& client = response.client_data();
    const auto& auth = response.authenticator_data();
    const auto& attested = response.attested();
    const bool is_conditional = ceremony.mediation == Mediation::conditional;
    const bool requires_uv = ceremony.user_verification == UserVerification::required;
    const bool is_device_bound_only = policy.backup == BackupEligibility::device_bound_only;
    const auto rp_id_hash = signatures.sha256({bytes_of(rp.id.value())});

    // Steps 1-6: options issued, browser called, envelope and client data parsed.
    if (client.type != "webauthn.create") return fail(7, Reason::wrong_type);
    if (!has_challenge(client, ceremony.challenge)) return fail(8, Reason::challenge_mismatch);
    if (!expects_origin(rp, client)) return fail(9, Reason::origin_not_expected);
    if (!expects_frame(rp, client)) return fail(10, Reason::cross_origin);
    if (!expects_top_origin(rp, client)) return fail(11, Reason::top_origin_not_expected);
    const auto hash = signatures.sha256({response.client_data_json()});
    if (!hash || !rp_id_hash) return fail(12, Reason::cryptography_failed);
    // Step 13: attestation object parsed.
    if (auth.rp_id_hash != *rp_id_hash) return fail(14, Reason::rp_id_mismatch);
    if (!auth.flags.up && !is_conditional) return fail(15, Reason::user_not_present);
    if (!auth.flags.uv && requires_uv) return fail(16, Reason::user_not_verified);
    if (auth.flags.bs && !auth.flags.be) return fail(17, Reason::backup_state_without_eligibility);
    if (auth.flags.be && is_device_bound_only) return fail(18, Reason::synced_credential);
    // Step 19: the backup state is kept and decides nothing.
    if (!offers(policy, attested.algorithm)) return fail(20, Reason::algorithm_not_offered);
    auto key = public_key_from_cose(attested.public_key);
    if (!key) return fail(20, key.error());

    const auto verify_statement = attestation::find_procedure(response.format(), policy);
    if (!verify_statement) return fail(21, verify_statement.error());
    const auto evidence = (*verify_statement)(attestation::Input{
        .statement = cbor::parse(response.statement()).value(),
        .authenticator_data = auth,
        .attested = attested,
        .client_data_hash = *hash,
        .credential_key = *key,
        .policy = policy,
        .signatures = signatures,
    });
    if (!evidence) return fail(22, evidence.error());
    const auto anchors = attestation::trust_anchors(*evidence, policy, attested.aaguid);
    if (!anchors) return fail(23, anchors.error());
    const auto is_attested = attestation::assess(*evidence, *anchors, policy, attested.aaguid, now);
    if (!is_attested) return fail(24, is_attested.error());
    if (is_too_long(response.id())) return fail(25, Reason::credential_id_too_long);

    // Step 26: the caller's unique index. Of the extension outputs credProtect alone decides.
    const auto protection = protection_of(auth);
    if (!is_protected_enough(policy, protection)) {
        return fail(28, Reason::credential_protection_too_weak);
    }
    auto record = record_of(response, std::move(key).value());  // step 27
    record.user_handle = ceremony.user_handle;
    record.rp_id = rp.id;
    return VerifiedRegistration{
        .credential = std::move(record),
        .attestation = evidence->type,
        .attested = *is_attested,
        .extensions = response.extensions(),
        .protection = protection,
    };  // step 29: the caller stores it
}

}  // namespace latchkey::webauthn
