// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::authority_fields;
using test::EntryDraft;
using test::Identity;
using test::PrivateKey;
using test::ReportDraft;

PrivateKey key_number(std::uint64_t number) {
    return PrivateKey::make(CoseAlgorithm::es256, 4'000 + number);
}

const Identity root = test::make_root(authority_fields("Root"), key_number(0));
const Identity batch = test::issue(root, authority_fields("Batch 1"), key_number(1));
const Identity other_root = test::make_root(authority_fields("Other"), key_number(2));
const test::MetadataSigner signer = test::MetadataSigner::make();

std::shared_ptr<const Metadata> metadata_of(const std::vector<EntryDraft>& entries) {
    const auto blob = signer.sign(test::metadata_payload(entries));
    return std::make_shared<const Metadata>(
        Metadata::verify(blob, signer.trust(), test::certificate_time).value()
    );
}

/// A registration with a packed statement from `issuer`, by a model that metadata knows.
RegistrationCase known_model(EntryDraft entry, const Identity& issuer = root) {
    RegistrationCase registration;
    registration.policy.attestation = Attestation::required;
    registration.policy.trust = AttestationTrust::metadata;
    const Identity leaf = test::issue(issuer, {}, key_number(3));
    std::vector<Bytes> x5c{leaf.certificate};
    if (issuer.certificate != root.certificate) x5c.push_back(issuer.certificate);
    registration.draft.statement = {.format = "packed", .key = leaf.key, .x5c = std::move(x5c)};
    entry.aaguid = registration.draft.data.aaguid;
    registration.policy.metadata = metadata_of({std::move(entry)});
    return registration;
}

RegistrationCase with_reports(const std::vector<ReportDraft>& reports) {
    return known_model({.roots = {root.certificate}, .reports = reports});
}

std::string judged(const RegistrationCase& registration) {
    Verifier verifier;
    const auto verified = registration.verify(verifier);
    if (!verified) return describe(verified.error());
    return verified->attested ? "attested" : "not attested";
}

const std::string untrusted = "7.1 step 24: attestation_not_trusted";
const std::string compromised = "7.1 step 24: authenticator_compromised";
const std::string revoked = "7.1 step 24: authenticator_revoked";

}  // namespace

TEST_CASE("7.1 step 23: the anchors are those of the model's entry, and no others") {
    CHECK(judged(known_model({.roots = {root.certificate}})) == "attested");
    CHECK(judged(known_model({.roots = {other_root.certificate, root.certificate}})) == "attested");
    CHECK(judged(known_model({.roots = {other_root.certificate}})) == untrusted);
    CHECK(judged(known_model({.roots = {}})) == untrusted);
    // The roots of the policy are another kind of trust.
    auto registration = known_model({.roots = {other_root.certificate}});
    registration.policy.roots = {root.certificate};
    CHECK(judged(registration) == untrusted);
}

TEST_CASE("7.1 step 23: the root of one model vouches for no other") {
    auto registration = known_model({.roots = {root.certificate}});
    registration.policy.metadata = metadata_of(
        {{.aaguid = registration.draft.data.aaguid, .roots = {other_root.certificate}},
         {.aaguid = Aaguid({std::byte{9}}), .roots = {root.certificate}}}
    );
    CHECK(judged(registration) == untrusted);
}

TEST_CASE("7.1 step 23: a model that metadata does not know is not trusted") {
    auto registration = known_model({.roots = {root.certificate}});
    registration.policy.metadata = metadata_of({});
    CHECK(judged(registration) == untrusted);
    registration.policy.attestation = Attestation::preferred;
    CHECK(judged(registration) == "not attested");
}

TEST_CASE("7.1 step 23: trust by metadata without metadata refuses everything") {
    auto registration = known_model({.roots = {root.certificate}});
    registration.policy.metadata = nullptr;
    CHECK(judged(registration) == "7.1 step 23: metadata_missing");
    registration.policy.attestation = Attestation::none;
    CHECK(judged(registration) == "7.1 step 23: metadata_missing");
}

TEST_CASE("7.1 step 23: a model without AAGUID is found by the key of its certificate") {
    auto registration = known_model({.roots = {root.certificate}});
    registration.draft.data.aaguid = Aaguid();
    CHECK(judged(registration) == untrusted);
    const auto leaf = crypto::Certificate::parse(registration.draft.statement.x5c.at(0));
    const std::string key_id = hex_encode(leaf->key_identifier().value());
    registration.policy.metadata =
        metadata_of({{.key_ids = {key_id}, .roots = {root.certificate}}});
    CHECK(judged(registration) == "attested");
    registration.policy.metadata = metadata_of(
        {{.key_ids = {key_id}, .roots = {root.certificate}, .reports = {{.status = "REVOKED"}}}}
    );
    CHECK(judged(registration) == revoked);
    // With an AAGUID it is that which names the model.
    registration.draft.data.aaguid = Aaguid({std::byte{9}});
    CHECK(judged(registration) == untrusted);
}

TEST_CASE("Metadata Service 3.1.4: a model that is revoked or compromised is refused") {
    CHECK(judged(with_reports({{.status = "REVOKED"}})) == revoked);
    CHECK(judged(with_reports({{.status = "USER_KEY_REMOTE_COMPROMISE"}})) == compromised);
    CHECK(judged(with_reports({{.status = "USER_KEY_PHYSICAL_COMPROMISE"}})) == compromised);
    CHECK(judged(with_reports({{.status = "ATTESTATION_KEY_COMPROMISE"}})) == compromised);
    for (const char* harmless : {"UPDATE_AVAILABLE", "RETIRED", "NOT_FIDO_CERTIFIED", "NEW"}) {
        CHECK(judged(with_reports({{.status = harmless}})) == "attested");
    }
    // What comes later takes nothing back.
    CHECK(
        judged(with_reports(
            {{.status = "REVOKED", .effective_date = "2025-01-01"},
             {.status = "UPDATE_AVAILABLE", .effective_date = "2025-02-01"},
             {.status = "FIDO_CERTIFIED_L1", .effective_date = "2025-03-01"}}
        )) == revoked
    );
}

TEST_CASE("Metadata Service 3.1.3: a report is heeded from the day of its date on") {
    auto registration = with_reports({{.status = "REVOKED", .effective_date = "2026-06-02"}});
    CHECK(judged(registration) == "attested");
    registration.now += std::chrono::hours(24);
    CHECK(judged(registration) == revoked);
}

TEST_CASE("Metadata Service 3.2: what metadata warns of is refused without any attestation, too") {
    for (const auto trust : {AttestationTrust::any, AttestationTrust::roots}) {
        auto registration = with_reports({{.status = "REVOKED"}});
        registration.policy.attestation = Attestation::none;
        registration.policy.trust = trust;
        CHECK(judged(registration) == revoked);
        registration.draft.statement = {};
        CHECK(judged(registration) == revoked);
        registration.policy.metadata = metadata_of({});
        CHECK(judged(registration) == "not attested");
    }
}

TEST_CASE("Metadata Service 3.1.4: a bypass of user verification is a matter of policy") {
    auto registration = with_reports({{.status = "USER_VERIFICATION_BYPASS"}});
    CHECK(judged(registration) == "7.1 step 24: user_verification_bypass");
    registration.policy.verification_bypass = VerificationBypass::tolerated;
    CHECK(judged(registration) == "attested");
    registration = with_reports({{.status = "USER_VERIFICATION_BYPASS"}, {.status = "REVOKED"}});
    registration.policy.verification_bypass = VerificationBypass::tolerated;
    CHECK(judged(registration) == revoked);
}

TEST_CASE("Metadata Service 3.1.3: a compromised key of a batch refuses that batch") {
    const auto judge = [](const Bytes& certificate, const Identity& issuer) {
        return judged(known_model(
            {.roots = {root.certificate},
             .reports = {{.status = "ATTESTATION_KEY_COMPROMISE", .certificate = certificate}}},
            issuer
        ));
    };
    CHECK(judge(batch.certificate, batch) == compromised);
    CHECK(judge(batch.certificate, root) == "attested");
    // The issuer need not be in x5c,
    CHECK(judge(root.certificate, batch) == compromised);
    CHECK(judge(root.certificate, root) == compromised);
    CHECK(judge(other_root.certificate, root) == "attested");
    // and another certificate of the same key is as bad.
    const auto reissued = test::issue(other_root, authority_fields("Again"), batch.key);
    CHECK(judge(reissued.certificate, batch) == compromised);
    // What is no certificate narrows nothing.
    CHECK(judge(Bytes(8), root) == compromised);
}

TEST_CASE("Policy: a minimum certification needs a model that is proven and certified so") {
    auto registration = with_reports({{.status = "FIDO_CERTIFIED_L2"}});
    const std::string too_low = "7.1 step 24: certification_level_too_low";
    registration.policy.minimum_certification = CertificationLevel::l2;
    CHECK(judged(registration) == "attested");
    registration.policy.minimum_certification = CertificationLevel::l2_plus;
    CHECK(judged(registration) == too_low);
    registration.policy.minimum_certification = CertificationLevel::l1;
    registration.policy.attestation = Attestation::preferred;
    CHECK(judged(registration) == "attested");
    registration.draft.statement = {};
    CHECK(judged(registration) == too_low);
    registration = with_reports({{.status = "FIDO_CERTIFIED_L2"}});
    registration.policy.minimum_certification = CertificationLevel::l1;
    registration.policy.trust = AttestationTrust::any;
    CHECK(judged(registration) == too_low);
    registration.policy.trust = AttestationTrust::roots;
    registration.policy.roots = {root.certificate};
    CHECK(judged(registration) == "attested");
    registration.policy.metadata = nullptr;
    CHECK(judged(registration) == too_low);
}

}  // namespace latchkey::webauthn
