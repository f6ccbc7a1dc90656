// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"
#include "support/authenticator.hpp"
#include "support/private_key.hpp"
#include "webauthn/fixture.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::flag::at;
using test::flag::be;
using test::flag::bs;
using test::flag::up;
using test::flag::uv;

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

const auto algorithms = test::available_algorithms();

}  // namespace

TEST_CASE("7.2: a valid assertion of each algorithm is verified") {
    Verifier verifier;
    for (const auto algorithm : algorithms) {
        const AuthenticationCase authentication({.algorithm = algorithm});
        const auto verified = authentication.verify(verifier);
        REQUIRE(verified);
        CHECK(verified->sign_count_check == SignCountCheck::not_used);
        CHECK(verified->user_verified);
        CHECK_FALSE(verified->backup_state);
    }
}

TEST_CASE("7.2 step 5: an allow-listed credential is accepted, with or without a user handle") {
    Verifier verifier;
    AuthenticationCase authentication;
    authentication.ceremony =
        for_owner(authentication, {CredentialId(repeated(1, 32)), authentication.record.id});
    CHECK(authentication.verify(verifier));
    authentication.draft.user_handle.reset();
    CHECK(authentication.verify(verifier));
}

TEST_CASE("7.2 step 15: an AppID that was asked for and used is accepted") {
    Verifier verifier;
    AuthenticationCase authentication;
    authentication.ceremony.app_id = AppId("https://example.org/app-id.json");
    authentication.draft.data.rp_id = "https://example.org/app-id.json";
    authentication.draft.used_app_id = true;
    CHECK(authentication.verify(verifier));
    authentication.draft.data.rp_id = "example.org";
    authentication.draft.used_app_id = false;
    CHECK(authentication.verify(verifier));
}

TEST_CASE("7.2 step 17: verification is reported where it is not required") {
    Verifier verifier;
    AuthenticationCase authentication;
    authentication.ceremony.user_verification = UserVerification::preferred;
    authentication.draft.data.flags = up;
    const auto verified = authentication.verify(verifier);
    REQUIRE(verified);
    CHECK_FALSE(verified->user_verified);
}

TEST_CASE("7.2 step 19: the backup state of an eligible credential may change") {
    Verifier verifier;
    AuthenticationCase authentication({.flags = up | uv | be});
    authentication.draft.data.flags = up | uv | be | bs;
    const auto verified = authentication.verify(verifier);
    REQUIRE(verified);
    CHECK(verified->backup_state);
}

TEST_CASE("7.2 step 22: the counter is compared and reported") {
    struct Row {
        std::uint32_t stored;
        std::uint32_t received;
        SignCountCheck check;
    };

    Verifier verifier;
    for (const Row& row :
         {Row{0, 0, SignCountCheck::not_used},
          Row{0, 1, SignCountCheck::increased},
          Row{10, 11, SignCountCheck::increased},
          Row{0x7fff'ffff, 0xffff'ffff, SignCountCheck::increased},
          Row{10, 10, SignCountCheck::went_back},
          Row{10, 9, SignCountCheck::went_back},
          Row{10, 0, SignCountCheck::went_back}}) {
        AuthenticationCase authentication;
        authentication.ceremony.counter_rule = CounterRule::report;
        authentication.record.sign_count = row.stored;
        authentication.draft.data.sign_count = row.received;
        const auto verified = authentication.verify(verifier);
        REQUIRE(verified);
        CHECK(verified->sign_count == row.received);
        CHECK(verified->sign_count_check == row.check);
    }
}

TEST_CASE("7.2 step 22: a counter that went back is refused as the ceremony's rule says") {
    struct Row {
        CounterRule rule;
        std::uint8_t flags;
        bool refused;
    };

    constexpr std::uint8_t bound = up | uv;
    constexpr std::uint8_t synced = up | uv | be;
    Verifier verifier;
    CHECK(AuthenticationCase().ceremony.counter_rule == CounterRule::refuse_device_bound);
    for (const Row& row :
         {Row{CounterRule::report, bound, false},
          Row{CounterRule::report, synced, false},
          Row{CounterRule::refuse_device_bound, bound, true},
          Row{CounterRule::refuse_device_bound, synced, false},
          Row{CounterRule::refuse, bound, true},
          Row{CounterRule::refuse, synced, true}}) {
        AuthenticationCase authentication({.flags = row.flags});
        authentication.ceremony.counter_rule = row.rule;
        authentication.record.sign_count = 10;
        authentication.draft.data.sign_count = 10;
        const auto verified = authentication.verify(verifier);
        CHECK(verified.has_value() != row.refused);
        if (row.refused) {
            CHECK(describe(verified.error()) == "7.2 step 22: sign_count_went_back");
        }
        authentication.draft.data.sign_count = 11;
        CHECK(authentication.verify(verifier));
        // What is not used cannot go back.
        authentication.record.sign_count = 0;
        authentication.draft.data.sign_count = 0;
        CHECK(authentication.verify(verifier));
    }
}

TEST_CASE("7.2: attested credential data inside of an assertion is read over") {
    Verifier verifier;
    AuthenticationCase authentication;
    authentication.draft.data.flags |= at;
    authentication.draft.data.cose_key = authentication.draft.key.cose_key();
    CHECK(authentication.verify(verifier));
    authentication.draft.data.cose_key = repeated(0xff, 4);
    const auto verified = authentication.verify(verifier);
    REQUIRE_FALSE(verified);
    CHECK(describe(verified.error()) == "7.2 step 7: cbor_malformed");
}

TEST_CASE("7.2: one verifier takes keys of all algorithms in turn and keeps none of them") {
    Verifier verifier;
    std::vector<AuthenticationCase> cases;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        for (const auto algorithm : algorithms) {
            cases.emplace_back(test::AuthenticatorOptions{.algorithm = algorithm, .seed = seed});
        }
    }
    for (int round = 0; round < 2; ++round) {
        for (const AuthenticationCase& own : cases) {
            CHECK(own.verify(verifier));
            for (const AuthenticationCase& other : cases) {
                AuthenticationCase wrong = own;
                wrong.record.public_key = other.record.public_key;
                CHECK(
                    wrong.verify(verifier).has_value() ==
                    (own.record.public_key == other.record.public_key)
                );
            }
        }
    }
}

TEST_CASE("A verifier can be moved") {
    Verifier first;
    Verifier second = std::move(first);
    CHECK(AuthenticationCase().verify(second));
    first = std::move(second);
    CHECK(AuthenticationCase().verify(first));
}

}  // namespace latchkey::webauthn
