// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
    const char* rule;
    void (*change)(AuthenticationCase& authentication);
    std::uint8_t step;
    Reason reason;
};

AuthenticationCeremony for_owner(
    const AuthenticationCase& a, const std::vector<CredentialId>& allowed
) {
    std::vector<CredentialDescriptor> descriptors;
    for (const CredentialId& id : allowed) {
        descriptors.push_back({.id = id});
    }
    return AuthenticationCeremony::for_account(
        a.ceremony.challenge(), a.record.user_handle, std::move(descriptors)
    );
}

/// One row for each way in which a step can refuse; the numbers are those of section 7.2.
const std::array refusals{
    Refusal{
        "7.2 step 5: a credential that was not asked for is refused",
        [](auto& a) { a.ceremony = for_owner(a, {CredentialId(repeated(1, 32))}); },
        5,
        Reason::credential_not_requested
    },
    Refusal{
        "7.2 step 6: the record of another credential is refused",
        [](auto& a) { a.record.id = CredentialId(repeated(1, 32)); },
        6,
        Reason::record_mismatch
    },
    Refusal{
        "7.2 step 6: no user handle is refused when nobody is identified yet",
        [](auto& a) { a.draft.user_handle.reset(); },
        6,
        Reason::user_handle_missing
    },
    Refusal{
        "7.2 step 6: an empty user handle counts as none",
        [](auto& a) { a.draft.user_handle = Bytes(); },
        6,
        Reason::user_handle_missing
    },
    Refusal{
        "7.2 step 6: the user handle of another account is refused",
        [](auto& a) { a.draft.user_handle = repeated(0x2b, 64); },
        6,
        Reason::user_handle_mismatch
    },
    Refusal{
        "7.2 step 6: the credential of another account is refused though nothing was allow-listed",
        [](auto& a) {
            a.draft.user_handle.reset();
            a.ceremony = AuthenticationCeremony::for_account(
                a.ceremony.challenge(), UserHandle(repeated(0x2b, 64)), {}
            );
        },
        6,
        Reason::user_handle_mismatch
    },
    Refusal{
        "7.2 step 7: cut authenticator data is refused",
        [](auto& a) { a.tamper = [](auto& made) { made.authenticator_data.resize(36); }; },
        7,
        Reason::authenticator_data_malformed
    },
    Refusal{
        "7.2 step 7: bytes after authenticator data are refused",
        [](auto& a) { a.draft.data.trailing = repeated(0, 1); },
        7,
        Reason::authenticator_data_malformed
    },
    Refusal{
        "7.2 step 7: the flag of extensions without extensions is refused",
        [](auto& a) { a.draft.data.flags |= ed; },
        7,
        Reason::cbor_malformed
    },
    Refusal{
        "7.2 step 8: client data that is not UTF-8 is refused",
        [](auto& a) { a.draft.client.json = "{\"type\":\"\xff\"}"; },
        8,
        Reason::client_data_malformed
    },
    Refusal{
        "7.2 step 9: client data that is not JSON is refused",
        [](auto& a) { a.draft.client.json = "{} {}"; },
        9,
        Reason::client_data_malformed
    },
    Refusal{
        "7.2 step 10: the type of the other ceremony is refused (T7)",
        [](auto& a) { a.draft.client.type = "webauthn.create"; },
        10,
        Reason::wrong_type
    },
    Refusal{
        "7.2 step 11: a challenge that was not issued is refused",
        [](auto& a) { a.draft.client.challenge = base64url_encode(repeated(0x72, 32)); },
        11,
        Reason::challenge_mismatch
    },
    Refusal{
        "7.2 step 11: the start of the challenge is refused",
        [](auto& a) { a.draft.client.challenge.pop_back(); },
        11,
        Reason::challenge_mismatch
    },
    Refusal{
        "7.2 step 12: another origin is refused",
        [](auto& a) { a.draft.client.origin = "https://example.org.evil.example"; },
        12,
        Reason::origin_not_expected
    },
    Refusal{
        "7.2 step 13: a frame in another origin is refused when none is expected",
        [](auto& a) { a.draft.client.cross_origin = true; },
        13,
        Reason::cross_origin
    },
    Refusal{
        "7.2 step 14: a top origin that is not listed is refused",
        [](auto& a) {
            a.rp.cross_origin = CrossOrigin::allowed;
            a.rp.top_origins = {Origin("https://top.example")};
            a.draft.client.cross_origin = true;
            a.draft.client.top_origin = "https://evil.example";
        },
        14,
        Reason::top_origin_not_expected
    },
    Refusal{
        "7.2 step 15: another RP ID is refused",
        [](auto& a) { a.draft.data.rp_id = "example.com"; },
        15,
        Reason::rp_id_mismatch
    },
    Refusal{
        "7.2 step 15: an AppID is refused if it was not asked for",
        [](auto& a) {
            a.draft.data.rp_id = "https://example.org/app-id.json";
            a.draft.used_app_id = true;
        },
        15,
        Reason::rp_id_mismatch
    },
    Refusal{
        "7.2 step 15: an AppID is refused if the client did not say that it was used",
        [](auto& a) {
            a.ceremony.app_id = AppId("https://example.org/app-id.json");
            a.draft.data.rp_id = "https://example.org/app-id.json";
        },
        15,
        Reason::rp_id_mismatch
    },
    Refusal{
        "7.2 step 16: no user presence is refused",
        [](auto& a) { a.draft.data.flags = uv; },
        16,
        Reason::user_not_present
    },
    Refusal{
        "7.2 step 17: no user verification is refused when it is required",
        [](auto& a) { a.draft.data.flags = up; },
        17,
        Reason::user_not_verified
    },
    Refusal{
        "7.2 step 18: backed up but not eligible is refused",
        [](auto& a) { a.draft.data.flags = up | uv | bs; },
        18,
        Reason::backup_state_without_eligibility
    },
    Refusal{
        "7.2 step 19: a credential that became eligible for backup is refused",
        [](auto& a) { a.draft.data.flags = up | uv | be; },
        19,
        Reason::backup_eligible_changed
    },
    Refusal{
        "7.2 step 19: a credential that ceased to be eligible for backup is refused",
        [](auto& a) { a.record.backup_eligible = true; },
        19,
        Reason::backup_eligible_changed
    },
    Refusal{
        "7.2 step 21: a signature by another key is refused",
        [](auto& a) { a.draft.key = test::PrivateKey::make(CoseAlgorithm::es256, 99); },
        21,
        Reason::bad_signature
    },
    Refusal{
        "7.2 step 21: no signature is refused",
        [](auto& a) { a.tamper = [](auto& made) { made.signature.clear(); }; },
        21,
        Reason::bad_signature
    },
    Refusal{
        "7.2 step 21: a stored point at infinity verifies nothing",
        [](auto& a) { a.record.public_key.material = Bytes{std::byte{0}}; },
        21,
        Reason::bad_signature
    },
    Refusal{
        "7.2 step 21: a stored algorithm that cannot be verified is refused by name",
        [](auto& a) { a.record.public_key.algorithm = static_cast<CoseAlgorithm>(-65535); },
        21,
        Reason::algorithm_not_supported
    },
};

}  // namespace

TEST_CASE("7.2: each step refuses what it must, under its number") {
    Verifier verifier;
    for (const Refusal& refusal : refusals) {
        CAPTURE(std::string(refusal.rule));
        AuthenticationCase authentication;
        refusal.change(authentication);
        const auto verified = authentication.verify(verifier);
        REQUIRE_FALSE(verified);
        CHECK(
            describe(verified.error()) ==
            describe({Ceremony::authentication, refusal.step, refusal.reason})
        );
    }
}

}  // namespace latchkey::webauthn
