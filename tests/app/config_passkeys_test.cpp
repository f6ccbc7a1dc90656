// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_cases.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "support/process.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

LoadedConfig load_passkeys(std::string_view sections) {
    const std::string text = "origin = \"https://id.example.com\"\n" + std::string(sections);
    return load_from(test::TemporaryFolder(), text, {}, Needs::data);
}

/// The keys that are wrong, in order.
std::string wrong(std::string_view sections) {
    return wrong_keys(load_passkeys(sections));
}

}  // namespace

TEST_CASE("[passkeys]: without the section every passkey is taken") {
    const auto loaded = load_passkeys("");
    REQUIRE(loaded);
    const webauthn::RegistrationPolicy& policy = loaded->config.passkeys.policy;
    CHECK(policy.attestation == webauthn::Attestation::none);
    CHECK(policy.trust == webauthn::AttestationTrust::any);
    CHECK(policy.backup == webauthn::BackupEligibility::any);
    CHECK(policy.minimum_certification == webauthn::CertificationLevel::none);
    CHECK(loaded->config.passkeys.counter_rule == webauthn::CounterRule::refuse_device_bound);
    CHECK(loaded->config.metadata.signer == "mds.fidoalliance.org");
}

TEST_CASE("[passkeys]: each key becomes a part of the policy") {
    const auto loaded = load_passkeys(R"(
[passkeys]
attestation = "required"
trust = "metadata"
storage = "device"
allow = ["01020304-0506-0708-090A-0b0c0d0e0f10"]
deny = ["ffffffff-0506-0708-090a-0b0c0d0e0f10"]
certification = "L2+"
counter = "refuse"
[metadata]
file = "blob.jwt"
user_verification_bypass = "accept"
)");
    REQUIRE(loaded);
    const webauthn::RegistrationPolicy& policy = loaded->config.passkeys.policy;
    CHECK(policy.attestation == webauthn::Attestation::required);
    CHECK(policy.trust == webauthn::AttestationTrust::metadata);
    CHECK(policy.backup == webauthn::BackupEligibility::device_bound_only);
    REQUIRE(policy.allowed_aaguids.size() == 1);
    CHECK(policy.allowed_aaguids.front().value().at(9) == std::byte{0x0a});
    CHECK(policy.denied_aaguids.size() == 1);
    CHECK(policy.minimum_certification == webauthn::CertificationLevel::l2_plus);
    CHECK(loaded->config.passkeys.counter_rule == webauthn::CounterRule::refuse);
    CHECK(policy.verification_bypass == webauthn::VerificationBypass::tolerated);
    CHECK(loaded->config.metadata.file.ends_with("/blob.jwt"));
}

TEST_CASE("[passkeys]: values that are none, and rules that could not hold, are refused") {
    CHECK(wrong("[passkeys]\nattestation = \"yes\"") == "passkeys.attestation ");
    CHECK(wrong("[passkeys]\nstorage = \"phone\"") == "passkeys.storage ");
    CHECK(wrong("[passkeys]\ndeny = [\"none\"]") == "passkeys.deny ");
    CHECK(wrong("[passkeys]\ncertification = \"L4\"") == "passkeys.certification ");
    CHECK(wrong("[passkeys]\ncounter = \"trust\"") == "passkeys.counter ");
    // Trust in what was not asked for
    CHECK(wrong("[passkeys]\ntrust = \"roots\"\n") == "passkeys.trust passkeys.roots ");
    CHECK(
        wrong("[passkeys]\nattestation = \"required\"\ntrust = \"metadata\"") == "metadata.file "
    );
    CHECK(
        wrong("[passkeys]\nattestation = \"required\"\nallow = "
              "[\"01020304-0506-0708-090a-0b0c0d0e0f10\"]") == "passkeys.allow "
    );
    CHECK(
        wrong("[passkeys]\ncertification = \"L1\"\n[metadata]\nfile = \"b\"") ==
        "passkeys.certification "
    );
    CHECK(wrong("[passkeys]\nroots = [\"missing.pem\"]") == "passkeys.roots passkeys.roots ");
}

TEST_CASE("[passkeys]: allowed models are not proven by the roots of several makers") {
    const auto wrong_with = [](std::size_t roots) {
        const test::TemporaryFolder folder;
        std::string pem;
        for (std::size_t i = 0; i < roots; ++i) {
            pem += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        }
        return wrong(
            "[passkeys]\nattestation = \"required\"\ntrust = \"roots\"\nroots = [\"" +
            folder.write("roots.pem", pem) +
            "\"]\nallow = [\"01020304-0506-0708-090a-0b0c0d0e0f10\"]"
        );
    };
    CHECK(wrong_with(1).empty());
    CHECK(wrong_with(2) == "passkeys.allow ");
}

}  // namespace latchkey::app
