// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"
#include "webauthn/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::authority_fields;
using test::Identity;
using test::PrivateKey;

PrivateKey key_number(std::uint64_t number) {
    return PrivateKey::make(CoseAlgorithm::es256, 2'000 + number);
}

const Identity root = test::make_root(authority_fields("Root"), key_number(0));
const Identity intermediate = test::issue(root, authority_fields("Intermediate"), key_number(1));
const Identity other_root = test::make_root(authority_fields("Root"), key_number(2));

/// A registration whose packed statement has these certificates, leaf first, and needs a path to
/// `roots`.
RegistrationCase trusting(
    const std::vector<Bytes>& roots, const Identity& leaf, std::vector<Bytes> others
) {
    RegistrationCase registration;
    registration.policy.attestation = Attestation::required;
    registration.policy.trust = AttestationTrust::roots;
    registration.policy.roots = roots;
    others.insert(others.begin(), leaf.certificate);
    registration.draft.statement = {.format = "packed", .key = leaf.key, .x5c = std::move(others)};
    return registration;
}

Identity leaf_of(const Identity& issuer, const test::CertificateFields& fields = {}) {
    return test::issue(issuer, fields, key_number(3));
}

std::string judged(const RegistrationCase& registration) {
    Verifier verifier;
    const auto verified = registration.verify(verifier);
    if (!verified) return describe(verified.error());
    return verified->attested ? "attested" : "not attested";
}

const std::string untrusted = "7.1 step 24: attestation_not_trusted";
const std::string not_valid_now = "7.1 step 24: certificate_not_valid_now";

}  // namespace

TEST_CASE("7.1 step 24: a path to a root attests the authenticator") {
    CHECK(judged(trusting({root.certificate}, leaf_of(root), {})) == "attested");
    CHECK(
        judged(trusting({root.certificate}, leaf_of(intermediate), {intermediate.certificate})) ==
        "attested"
    );
    CHECK(
        judged(trusting({other_root.certificate, root.certificate}, leaf_of(root), {})) ==
        "attested"
    );
}

TEST_CASE("7.1 step 24: x5c may hold the root too, and more than the path needs") {
    CHECK(
        judged(trusting(
            {root.certificate},
            leaf_of(intermediate),
            {intermediate.certificate, root.certificate, other_root.certificate}
        )) == "attested"
    );
}

TEST_CASE("7.1 step 22: x5c may hold as many certificates as the limit allows") {
    std::vector<Bytes> others(limits::statement_certificates - 1, root.certificate);
    CHECK(judged(trusting({root.certificate}, leaf_of(root), others)) == "attested");
    others.push_back(root.certificate);
    CHECK(
        judged(trusting({root.certificate}, leaf_of(root), others)) ==
        describe({Ceremony::registration, 22, Reason::statement_malformed, ProcedureStep{2, 1}})
    );
}

TEST_CASE("7.1 step 23: an anchor may be an intermediate, or the leaf itself") {
    const auto leaf = leaf_of(intermediate);
    CHECK(judged(trusting({intermediate.certificate}, leaf, {})) == "attested");
    CHECK(judged(trusting({leaf.certificate}, leaf, {})) == "attested");
    const auto own = test::make_root({}, key_number(3));
    CHECK(judged(trusting({own.certificate}, own, {})) == "attested");
}

TEST_CASE("7.1 step 24: without a path to a root an attestation that is required is refused") {
    const auto leaf = leaf_of(intermediate);
    CHECK(judged(trusting({}, leaf, {intermediate.certificate})) == untrusted);
    CHECK(judged(trusting({root.certificate}, leaf, {})) == untrusted);
    // A root of the same name with another key
    CHECK(judged(trusting({other_root.certificate}, leaf_of(root), {})) == untrusted);
    // x5c does not make its own root
    CHECK(
        judged(trusting({other_root.certificate}, leaf_of(root), {root.certificate})) == untrusted
    );
}

TEST_CASE("7.1 step 24: an intermediate that is no authority is refused (RFC 5280)") {
    const auto impostor = test::issue(root, {}, key_number(4));
    CHECK(
        judged(trusting({root.certificate}, leaf_of(impostor), {impostor.certificate})) == untrusted
    );
    auto unsaid = authority_fields("Unsaid");
    unsaid.authority = test::CertificateAuthority::unsaid;
    const auto silent = test::issue(root, unsaid, key_number(4));
    CHECK(judged(trusting({root.certificate}, leaf_of(silent), {silent.certificate})) == untrusted);
}

TEST_CASE("7.1 step 24: certificates are judged at the time of the ceremony") {
    const test::CertificateFields fields;
    auto registration = trusting({root.certificate}, leaf_of(root), {});
    registration.now = fields.not_before;
    CHECK(judged(registration) == "attested");
    registration.now = fields.not_before - std::chrono::seconds(1);
    CHECK(judged(registration) == not_valid_now);
    registration.now = fields.not_after - std::chrono::seconds(1);
    CHECK(judged(registration) == "attested");
    registration.now = fields.not_after + std::chrono::seconds(1);
    CHECK(judged(registration) == not_valid_now);

    auto short_lived = authority_fields("Short");
    short_lived.not_after = test::certificate_time - std::chrono::hours(1);
    const auto expired = test::issue(root, short_lived, key_number(1));
    CHECK(
        judged(trusting({root.certificate}, leaf_of(expired), {expired.certificate})) ==
        not_valid_now
    );
}

TEST_CASE("7.1 step 24: an attestation that is only preferred passes without trust, and says so") {
    for (const auto attestation : {Attestation::none, Attestation::preferred}) {
        auto registration = trusting({other_root.certificate}, leaf_of(root), {});
        registration.policy.attestation = attestation;
        CHECK(judged(registration) == "not attested");
        registration.now += std::chrono::hours(24 * 10'000);
        CHECK(judged(registration) == "not attested");
        registration = trusting({root.certificate}, leaf_of(root), {});
        registration.policy.attestation = attestation;
        CHECK(judged(registration) == "attested");
    }
}

TEST_CASE("7.1 step 24: trust in any certificate verifies the statement and proves nothing") {
    auto registration = trusting({}, leaf_of(root), {});
    registration.policy.trust = AttestationTrust::any;
    CHECK(judged(registration) == "not attested");
}

TEST_CASE("7.1 step 24: self attestation is refused where an attestation is required") {
    RegistrationCase registration({.statement = test::StatementKind::packed_self});
    registration.policy.attestation = Attestation::required;
    CHECK(judged(registration) == "7.1 step 24: attestation_missing");
    registration.policy.trust = AttestationTrust::roots;
    registration.policy.roots = {root.certificate};
    CHECK(judged(registration) == "7.1 step 24: attestation_missing");
    registration.policy.attestation = Attestation::preferred;
    CHECK(judged(registration) == "not attested");
}

TEST_CASE("7.1 step 24: only an attested model is an allowed one") {
    auto registration = trusting({root.certificate}, leaf_of(root), {});
    registration.policy.allowed_aaguids = {registration.draft.data.aaguid};
    CHECK(judged(registration) == "attested");
    registration.policy.allowed_aaguids = {Aaguid({std::byte{9}})};
    CHECK(judged(registration) == "7.1 step 24: aaguid_not_allowed");
    registration.policy.allowed_aaguids.push_back(registration.draft.data.aaguid);
    registration.policy.denied_aaguids = {registration.draft.data.aaguid};
    CHECK(judged(registration) == "7.1 step 24: aaguid_not_allowed");
    registration = trusting({other_root.certificate}, leaf_of(root), {});
    registration.policy.attestation = Attestation::preferred;
    registration.policy.allowed_aaguids = {registration.draft.data.aaguid};
    CHECK(judged(registration) == "7.1 step 24: aaguid_not_allowed");
}

TEST_CASE("The certified statement of the software authenticator leads to its root") {
    const test::AuthenticatorOptions options{.statement = test::StatementKind::packed_certified};
    RegistrationCase registration(options);
    registration.policy.attestation = Attestation::required;
    registration.policy.trust = AttestationTrust::roots;
    registration.policy.roots = {test::SoftwareAuthenticator(options).root()};
    CHECK(judged(registration) == "attested");
}

}  // namespace latchkey::webauthn
