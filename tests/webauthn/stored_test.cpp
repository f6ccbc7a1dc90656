// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

const Aaguid model({std::byte{7}});
const test::MetadataSigner signer = test::MetadataSigner::make();

std::shared_ptr<const Metadata> metadata_with(const std::vector<test::ReportDraft>& reports) {
    const auto blob = signer.sign(test::metadata_payload({{.aaguid = model, .reports = reports}}));
    return std::make_shared<const Metadata>(
        Metadata::verify(blob, signer.trust(), test::certificate_time).value()
    );
}

CredentialRecord record(std::string format = "packed") {
    return {.aaguid = model, .attestation_format = std::move(format)};
}

std::string judged(const RegistrationPolicy& policy, const CredentialRecord& stored = record()) {
    const auto judgement = judge_stored(policy, stored, test::certificate_time);
    if (judgement.verdict == StoredVerdict::unknown) return "unknown";
    CHECK(judgement.reason.has_value() == (judgement.verdict == StoredVerdict::refused));
    return judgement.reason ? std::string(name_of(*judgement.reason)) : "accepted";
}

}  // namespace

TEST_CASE("A dry run: a policy that asks for nothing refuses nothing") {
    CHECK(judged({}) == "accepted");
    CHECK(judged({}, record("none")) == "accepted");
    CHECK(judged({.attestation = Attestation::preferred}, record("none")) == "accepted");
    CHECK(judged({.algorithms = {CoseAlgorithm::eddsa}}) == "algorithm_not_offered");
}

TEST_CASE("A dry run: synced credentials under a policy of device-bound ones") {
    CredentialRecord synced = record();
    synced.backup_eligible = true;
    CHECK(judged({.backup = BackupEligibility::device_bound_only}, synced) == "synced_credential");
    CHECK(judged({.backup = BackupEligibility::device_bound_only}) == "accepted");
}

TEST_CASE("A dry run: models that are denied, or not on the list") {
    CHECK(judged({.denied_aaguids = {model}}) == "aaguid_not_allowed");
    CHECK(judged({.allowed_aaguids = {Aaguid({std::byte{1}})}}) == "aaguid_not_allowed");
    CHECK(judged({.allowed_aaguids = {model}}) == "unknown");
    CHECK(judged({.allowed_aaguids = {model}}, record("none")) == "attestation_missing");
}

TEST_CASE("A dry run: without its statement an attestation is not known") {
    CHECK(judged({.attestation = Attestation::required}) == "unknown");
    CHECK(judged({.attestation = Attestation::required}, record("none")) == "attestation_missing");
    CHECK(
        judged({.minimum_protection = CredentialProtection::user_verification_required}) ==
        "unknown"
    );
}

TEST_CASE("A dry run: what metadata says of the model") {
    CHECK(judged({.metadata = metadata_with({{.status = "REVOKED"}})}) == "authenticator_revoked");
    CHECK(judged({.metadata = metadata_with({{.status = "RETIRED"}})}) == "accepted");
    const auto bypass = metadata_with({{.status = "USER_VERIFICATION_BYPASS"}});
    CHECK(judged({.metadata = bypass}) == "user_verification_bypass");
    CHECK(
        judged({.metadata = bypass, .verification_bypass = VerificationBypass::tolerated}) ==
        "accepted"
    );
    const auto batch = metadata_with(
        {{.status = "ATTESTATION_KEY_COMPROMISE", .certificate = signer.root.certificate}}
    );
    CHECK(judged({.metadata = batch}) == "unknown");
    const auto certified = metadata_with({{.status = "FIDO_CERTIFIED_L2"}});
    RegistrationPolicy policy{
        .metadata = certified, .minimum_certification = CertificationLevel::l3
    };
    CHECK(judged(policy) == "certification_level_too_low");
    policy.minimum_certification = CertificationLevel::l2;
    CHECK(judged(policy) == "unknown");
    CredentialRecord other = record();
    other.aaguid = Aaguid({std::byte{1}});
    policy.minimum_certification = CertificationLevel::l1;
    CHECK(judged(policy, other) == "certification_level_too_low");
    policy.metadata = metadata_with({{.status = "NOT_FIDO_CERTIFIED"}});
    CHECK(judged(policy) == "certification_level_too_low");
    other.aaguid = Aaguid();  // FIDO U2F: only its certificate names the model
    CHECK(judged(policy, other) == "unknown");
    policy = {
        .attestation = Attestation::required,
        .trust = AttestationTrust::metadata,
        .metadata = certified
    };
    CHECK(judged(policy) == "unknown");
    CHECK(judged(policy, other) == "unknown");
    other.aaguid = Aaguid({std::byte{1}});
    CHECK(judged(policy, other) == "attestation_not_trusted");
}

}  // namespace latchkey::webauthn
