// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// What changes make of the MACs of rows (T28).
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/guarded_place.hpp"
#include "store/samples.hpp"
#include "store/store.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::accounts;

namespace {

UsePasskey use_of(const Passkey& passkey, std::uint32_t to) {
    return {
        .account = passkey.account,
        .passkey = passkey.id,
        .from_sign_count = passkey.record.sign_count,
        .sign_count = to,
        .backup_state = !passkey.record.backup_state,
        .at = day_one,
        .used_on = "Firefox on Linux",
    };
}

}  // namespace

TEST_CASE("each change of a passkey gives it the MAC of what it is then") {
    Place place;
    auto passkey = place.ada.passkey;
    const auto check = [&](const char* after) {
        CAPTURE(after);
        for (int i = 0; i < 2; ++i) {
            const auto known = place->find_passkey(passkey.record.id);
            REQUIRE(known.has_value());
            CHECK(known->passkey == passkey);
            place.reopen();
        }
        CHECK(place.refused.empty());
        CHECK(place.verify().altered.empty());
    };
    // Of what the cache has, and then of what the row says.
    for (const std::uint32_t count : {8U, 9U}) {
        REQUIRE(place.committed({use_of(passkey, count)}));
        passkey.record.sign_count = count;
        passkey.record.backup_state = !passkey.record.backup_state;
        check("use");
        CHECK_FALSE(place.committed({use_of(place.ada.passkey, 12)}));  // decided on an older row
    }
    REQUIRE(place.committed({RenamePasskey{passkey.account, passkey.id, "Blue"}}));
    passkey.name = "Blue";
    check("rename");
    const TimePoint at = day_one + std::chrono::hours(1);
    REQUIRE(place.committed({SuspendPasskey{passkey.account, passkey.id, at, std::nullopt}}));
    passkey.status = CredentialStatus::suspended;
    passkey.suspended_at = at;
    check("suspension");
    CHECK(place->list_suspended(at, 9) == std::vector{passkey});
    REQUIRE(place.committed({RestorePasskey{passkey.account, passkey.id}}));
    passkey.status = CredentialStatus::active;
    passkey.suspended_at = std::nullopt;
    check("restoring");
}

TEST_CASE("a second factor that becomes a passkey gets the MAC of one; an altered one does not") {
    for (const bool is_altered : {false, true}) {
        CAPTURE(is_altered);
        Place place;
        auto factor = sample_passkey(place.store(), place.ada.account);
        factor.purpose = CredentialPurpose::second_factor;
        REQUIRE(place.committed({AddPasskey{factor}}));
        const auto row = " WHERE id = " + std::to_string(factor.id.value());
        if (is_altered) place.alter("UPDATE passkeys SET discoverable = 0" + row);
        const PromoteSecondFactor promotion{factor.account, factor.id};
        CHECK(place.committed({promotion}) == !is_altered);
        place.reopen();
        factor.purpose = CredentialPurpose::passkey;
        const auto known = place->find_passkey(factor.record.id);
        REQUIRE(known.has_value() == !is_altered);
        if (known) CHECK(known->passkey == factor);
        CHECK(place.verify().altered.size() == (is_altered ? 1 : 0));
    }
}

TEST_CASE("T28: no change makes an altered passkey a right one") {
    const auto changes_of = [](const Passkey& passkey) {
        return std::array<store::Change, 4>{
            use_of(passkey, 9),
            RenamePasskey{passkey.account, passkey.id, "Blue"},
            SuspendPasskey{passkey.account, passkey.id, day_one, std::nullopt},
            RestorePasskey{passkey.account, passkey.id},
        };
    };
    for (std::size_t i = 0; i < 4; ++i) {
        CAPTURE(i);
        Place place;
        const bool is_restored = i == 3;
        if (is_restored) {
            REQUIRE(place.committed({changes_of(place.ada.passkey).at(2)}));
        }
        place.alter("UPDATE passkeys SET public_key = randomblob(65)" + row_of(place.ada));
        CHECK(is_refused_at(commit(place.store(), {changes_of(place.ada.passkey).at(i)}), 0));
        check_refused(place);
    }
}
