// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/authenticator.hpp"
#include "support/metadata.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using webauthn::Attestation;
using webauthn::AttestationTrust;
using webauthn::RegistrationPolicy;

/// A security key with a certificate of its maker.
SoftwareAuthenticator certified_key() {
    return SoftwareAuthenticator(
        {.statement = StatementKind::packed_certified, .transports = {"usb"}}
    );
}

std::shared_ptr<const webauthn::Metadata> metadata_of(const std::vector<EntryDraft>& entries) {
    const auto signer = MetadataSigner::make();
    return std::make_shared<const webauthn::Metadata>(
        webauthn::Metadata::verify(
            signer.sign(metadata_payload(entries)), signer.trust(), flow_time
        )
            .value()
    );
}

RegistrationPolicy by_metadata(const std::vector<ReportDraft>& reports) {
    const SoftwareAuthenticator key = certified_key();
    return {
        .attestation = Attestation::required,
        .trust = AttestationTrust::metadata,
        .metadata =
            metadata_of({{.aaguid = key.aaguid(), .roots = {key.root()}, .reports = reports}}),
    };
}

/// Signs up with this device under the policy: "" if that worked, else what the person is told and
/// the rule that the log has.
std::string refusal(RegistrationPolicy policy, SoftwareAuthenticator device) {
    Latchkey latchkey({.passkeys = std::move(policy)});
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    const Page answer = ada.create_passkey_on(device);
    CHECK(ada.is_signed_in() == (answer.status() == 200));
    CHECK(ada.account().has_value() == (answer.status() == 200));
    if (answer.status() == 200) return "";
    CHECK(answer.status() == 422);
    CHECK_FALSE(answer.text("error.message").empty());
    const std::string log = latchkey.log_with(answer.error());
    const std::size_t rule = log.rfind("7.1 step ");
    REQUIRE(rule != std::string::npos);
    return answer.error() + " | " + log.substr(rule, log.find('"', rule) - rule);
}

}  // namespace

TEST_CASE("Policy: who is refused hears what to do, and the log has the rule") {
    const SoftwareAuthenticator plain({.flags = flag::up | flag::uv});
    CHECK(
        refusal({.backup = webauthn::BackupEligibility::device_bound_only}, new_device()) ==
        "passkey_synced | 7.1 step 18: synced_credential"
    );
    CHECK(refusal({.backup = webauthn::BackupEligibility::device_bound_only}, plain).empty());
    CHECK(
        refusal({.attestation = Attestation::required}, plain) ==
        "passkey_unproven | 7.1 step 24: attestation_missing"
    );
    CHECK(refusal({.attestation = Attestation::preferred}, plain).empty());
    CHECK(
        refusal({.denied_aaguids = {plain.aaguid()}}, plain) ==
        "passkey_model | 7.1 step 24: aaguid_not_allowed"
    );
}

TEST_CASE("Policy: metadata vouches for a model, or warns of it") {
    CHECK(refusal(by_metadata({{.status = "FIDO_CERTIFIED_L1"}}), certified_key()).empty());
    CHECK(
        refusal(by_metadata({{.status = "REVOKED"}}), certified_key()) ==
        "passkey_unsafe | 7.1 step 24: authenticator_revoked"
    );
    CHECK(
        refusal(by_metadata({{.status = "USER_VERIFICATION_BYPASS"}}), certified_key()) ==
        "passkey_unsafe | 7.1 step 24: user_verification_bypass"
    );
    RegistrationPolicy strict = by_metadata({{.status = "FIDO_CERTIFIED_L1"}});
    strict.minimum_certification = webauthn::CertificationLevel::l2;
    CHECK(
        refusal(strict, certified_key()) ==
        "passkey_model | 7.1 step 24: certification_level_too_low"
    );
    RegistrationPolicy others = by_metadata({});
    others.metadata = metadata_of({});
    CHECK(
        refusal(others, certified_key()) ==
        "passkey_unproven | 7.1 step 24: attestation_not_trusted"
    );
}

TEST_CASE("Settings show the name and the certification level that FIDO has on file of a model") {
    const auto card = [](const std::vector<ReportDraft>& reports) {
        Latchkey latchkey({.passkeys = by_metadata(reports)});
        Person ada(latchkey, "ada@example.com");
        ada.prove_by_code();
        auto key = certified_key();
        REQUIRE(ada.create_passkey_on(key).status() == 200);
        const Page page = ada.browser.get("/settings/security");
        const json::Value& shown = page.find("passkeys")->as_array()->at(0);
        return *shown.find_string("name") + " | " + *shown.find_string("certification");
    };
    CHECK(card({{.status = "FIDO_CERTIFIED_L2plus"}}) == "Software Authenticator | L2+");
    CHECK(card({{.status = "NOT_FIDO_CERTIFIED"}}) == "Software Authenticator | ");
}

TEST_CASE("Policy: trust by metadata that could not be read takes no passkey and keeps sign-in up"
) {
    Latchkey latchkey({
        .passkeys = {.attestation = Attestation::required, .trust = AttestationTrust::metadata},
    });
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    auto key = certified_key();
    const Page answer = ada.create_passkey_on(key);
    CHECK(answer.status() == 503);
    CHECK(answer.error() == "unavailable");
    CHECK(latchkey.log_with("metadata_missing").find("7.1 step 23") != std::string::npos);
}

TEST_CASE("Policy: after a refusal another passkey can be made on the same page") {
    Latchkey latchkey({.passkeys = {.backup = webauthn::BackupEligibility::device_bound_only}});
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    auto synced = new_device();
    const Page refused = ada.create_passkey_on(synced);
    CHECK(refused.error() == "passkey_synced");
    // The password manager may forget the one that was made for nothing.
    CHECK(
        refused.text("signal_unknown.credentialId") ==
        base64url_encode(synced.credentials().front().id)
    );
    CHECK(refused.text("signal_unknown.rpId") == "localhost");
    auto key = new_security_key();
    CHECK(ada.create_passkey_on(key).status() == 200);
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("Policy: a passkey that an account has is never called unknown") {
    Latchkey latchkey({.passkeys = {.attestation = Attestation::required}});
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    auto key = certified_key();
    REQUIRE(ada.create_passkey_on(key).status() == 200);
    const Bytes taken = key.credentials().front().id;
    Person eve(latchkey, "eve@example.com");
    eve.prove_by_code();
    REQUIRE(eve.browser.get("/sign-in/add-passkey").status() == 200);
    SoftwareAuthenticator other({.flags = flag::up | flag::uv});
    auto draft = other.draft_create(eve.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->data.credential_id = taken;
    const Page answer = eve.post_attestation(draft->finish().to_json());
    CHECK(answer.error() == "passkey_unproven");
    CHECK(answer.find("signal_unknown") == nullptr);
}

}  // namespace latchkey::test
