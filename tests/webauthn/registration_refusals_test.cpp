// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/cbor_writer.hpp"
#include "webauthn/fixture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::flag::at;
using test::flag::be;
using test::flag::bs;
using test::flag::ed;
using test::flag::up;
using test::flag::uv;

struct Refusal {
    const char* rule = nullptr;
    void (*change)(RegistrationCase& registration) = nullptr;
    std::uint8_t step = 0;
    Reason reason{};
    std::optional<ProcedureStep> procedure{};
};

void set_json(RegistrationCase& registration, std::string_view json) {
    registration.draft.client.json = std::string(json);
}

std::string challenge_text() {
    return base64url_encode(RegistrationCase().ceremony.challenge.value());
}

/// One row for each way in which a step can refuse; the numbers are those of section 7.1.
const std::array refusals{
    Refusal{
        "7.1 step 5: client data that is not UTF-8 is refused",
        [](auto& r) { set_json(r, "{\"type\":\"\xff\"}"); },
        5,
        Reason::client_data_malformed
    },
    Refusal{
        "7.1 step 6: client data that is not JSON is refused",
        [](auto& r) { set_json(r, "{\"type\":"); },
        6,
        Reason::client_data_malformed
    },
    Refusal{
        "7.1 step 6: client data with a member twice is refused",
        [](auto& r) {
            set_json(
                r,
                R"({"type":"webauthn.create","challenge":"AA","challenge":")" + challenge_text() +
                    R"(","origin":"https://example.org"})"
            );
        },
        6,
        Reason::client_data_malformed
    },
    Refusal{
        "7.1 step 7: the type of the other ceremony is refused (T7)",
        [](auto& r) { r.draft.client.type = "webauthn.get"; },
        7,
        Reason::wrong_type
    },
    Refusal{
        "7.1 step 8: a challenge that was not issued is refused",
        [](auto& r) { r.draft.client.challenge = base64url_encode(repeated(0x18, 32)); },
        8,
        Reason::challenge_mismatch
    },
    Refusal{
        "7.1 step 8: the challenge with padding is refused",
        [](auto& r) { r.draft.client.challenge += "="; },
        8,
        Reason::challenge_mismatch
    },
    Refusal{
        "7.1 step 8: an empty challenge is refused",
        [](auto& r) { r.draft.client.challenge = ""; },
        8,
        Reason::challenge_mismatch
    },
    Refusal{
        "7.1 step 9: another origin is refused",
        [](auto& r) { r.draft.client.origin = "https://evil.example"; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 9: another scheme is refused",
        [](auto& r) { r.draft.client.origin = "http://example.org"; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 9: a subdomain is refused",
        [](auto& r) { r.draft.client.origin = "https://a.example.org"; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 9: another port is refused",
        [](auto& r) { r.draft.client.origin = "https://example.org:8443"; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 9: the origin in other letters is refused",
        [](auto& r) { r.draft.client.origin = "https://EXAMPLE.org"; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 9: a trailing dot is refused",
        [](auto& r) { r.draft.client.origin = "https://example.org."; },
        9,
        Reason::origin_not_expected
    },
    Refusal{
        "7.1 step 10: a frame in another origin is refused when none is expected",
        [](auto& r) { r.draft.client.cross_origin = true; },
        10,
        Reason::cross_origin
    },
    Refusal{
        "7.1 step 11: a top origin is refused when none is expected",
        [](auto& r) {
            r.rp.cross_origin = CrossOrigin::allowed;
            r.draft.client.cross_origin = true;
            r.draft.client.top_origin = "https://top.example";
        },
        11,
        Reason::top_origin_not_expected
    },
    Refusal{
        "7.1 step 11: a top origin without crossOrigin is refused",
        [](auto& r) {
            r.rp.cross_origin = CrossOrigin::allowed;
            r.rp.top_origins = {Origin("https://top.example")};
            r.draft.client.top_origin = "https://top.example";
        },
        11,
        Reason::top_origin_not_expected
    },
    Refusal{
        "7.1 step 13: bytes after the attestation object are refused",
        [](auto& r) {
            r.tamper = [](auto& made) { made.attestation_object.push_back(std::byte{0}); };
        },
        13,
        Reason::cbor_malformed
    },
    Refusal{
        "7.1 step 13: an attestation object without authData is refused",
        [](auto& r) {
            r.tamper = [](auto& made) { made.attestation_object = test::cbor::map({}); };
        },
        13,
        Reason::attestation_object_malformed
    },
    Refusal{
        "7.1 step 13: a response without attested credential data is refused",
        [](auto& r) { r.draft.data.flags = up | uv; },
        13,
        Reason::authenticator_data_malformed
    },
    Refusal{
        "7.1 step 13: bytes after authenticator data are refused",
        [](auto& r) { r.draft.data.trailing = repeated(0xa0, 1); },
        13,
        Reason::authenticator_data_malformed
    },
    Refusal{
        "7.1 step 13: the flag of extensions without extensions is refused",
        [](auto& r) { r.draft.data.flags |= ed; },
        13,
        Reason::cbor_malformed
    },
    Refusal{
        "7.1 step 14: another RP ID is refused",
        [](auto& r) { r.draft.data.rp_id = "evil.example"; },
        14,
        Reason::rp_id_mismatch
    },
    Refusal{
        "7.1 step 15: no user presence is refused",
        [](auto& r) { r.draft.data.flags = uv | at; },
        15,
        Reason::user_not_present
    },
    Refusal{
        "7.1 step 16: no user verification is refused when it is required",
        [](auto& r) { r.draft.data.flags = up | at; },
        16,
        Reason::user_not_verified
    },
    Refusal{
        "7.1 step 16: conditional mediation waives presence, not verification",
        [](auto& r) {
            r.ceremony.mediation = Mediation::conditional;
            r.draft.data.flags = at;
        },
        16,
        Reason::user_not_verified
    },
    Refusal{
        "7.1 step 17: backed up but not eligible is refused",
        [](auto& r) { r.draft.data.flags = up | uv | at | bs; },
        17,
        Reason::backup_state_without_eligibility
    },
    Refusal{
        "7.1 step 18: a synced credential is refused by the policy for device-bound ones",
        [](auto& r) {
            r.policy.backup = BackupEligibility::device_bound_only;
            r.draft.data.flags = up | uv | at | be;
        },
        18,
        Reason::synced_credential
    },
    Refusal{
        "7.1 step 20: an algorithm that was not offered is refused",
        [](auto& r) { r.policy.algorithms = {CoseAlgorithm::eddsa}; },
        20,
        Reason::algorithm_not_offered
    },
    Refusal{
        "7.1 step 20: an algorithm that was offered and cannot be verified is refused by name",
        [](auto& r) {
            constexpr auto esp256 = static_cast<CoseAlgorithm>(-9);
            r.policy.algorithms = {esp256};
            r.draft.data.cose_key = test::cbor::map(
                {{test::cbor::integer(1), test::cbor::integer(2)},
                 {test::cbor::integer(3), test::cbor::integer(-9)}}
            );
        },
        20,
        Reason::algorithm_not_supported
    },
    Refusal{
        "7.1 step 20: a credential key that is not on its curve is refused",
        [](auto& r) { r.draft.data.cose_key.back() ^= std::byte{1}; },
        20,
        Reason::credential_key_malformed
    },
    Refusal{
        "7.1 step 21: an unknown attestation format is refused",
        [](auto& r) { r.draft.statement.format = "packe"; },
        21,
        Reason::format_unknown
    },
    Refusal{
        "7.1 step 21: the attestation format is compared case-sensitively",
        [](auto& r) { r.draft.statement.format = "None"; },
        21,
        Reason::format_unknown
    },
    Refusal{
        "7.1 step 22: a statement in format none is refused",
        [](auto& r) {
            r.draft.statement.encoded =
                test::cbor::map({{test::cbor::text("alg"), test::cbor::integer(-7)}});
        },
        22,
        Reason::statement_malformed,
        ProcedureStep{7, 1}
    },
    Refusal{
        "7.1 step 23: a root of the policy that is no certificate is refused",
        [](auto& r) { r.policy.roots = {repeated(0x30, 8)}; },
        23,
        Reason::trust_root_malformed
    },
    Refusal{
        "7.1 step 24: type None is refused where an attestation is required",
        [](auto& r) { r.policy.attestation = Attestation::required; },
        24,
        Reason::attestation_missing
    },
    Refusal{
        "7.1 step 24: a model that the policy denies is refused",
        [](auto& r) { r.policy.denied_aaguids = {r.draft.data.aaguid}; },
        24,
        Reason::aaguid_not_allowed
    },
    Refusal{
        "7.1 step 24: a model that only claims to be an allowed one is refused",
        [](auto& r) { r.policy.allowed_aaguids = {r.draft.data.aaguid}; },
        24,
        Reason::aaguid_not_allowed
    },
    Refusal{
        "7.1 step 25: a credential id of 1024 bytes is refused",
        [](auto& r) { r.draft.data.credential_id = repeated(0x33, 1024); },
        25,
        Reason::credential_id_too_long
    },
};

}  // namespace

TEST_CASE("7.1: each step refuses what it must, under its number") {
    Verifier verifier;
    for (const Refusal& refusal : refusals) {
        CAPTURE(std::string(refusal.rule));
        RegistrationCase registration;
        refusal.change(registration);
        const auto verified = registration.verify(verifier);
        REQUIRE_FALSE(verified);
        CHECK(
            describe(verified.error()) ==
            describe({Ceremony::registration, refusal.step, refusal.reason, refusal.procedure})
        );
    }
}

TEST_CASE("7.1 step 21: a format that the policy does not take is refused, by default SafetyNet") {
    Verifier verifier;
    RegistrationCase registration;
    registration.draft.statement.format = "android-safetynet";
    CHECK(describe(registration.verify(verifier).error()) == "7.1 step 21: format_refused");
    registration.draft.statement.format = "packed";
    registration.policy.refused_formats = {"tpm", "packed"};
    CHECK(describe(registration.verify(verifier).error()) == "7.1 step 21: format_refused");
}

}  // namespace latchkey::webauthn
