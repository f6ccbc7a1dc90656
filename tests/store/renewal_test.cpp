// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// What the database holds is brought under another key.
#include "store/guarded_place.hpp"
#include "store/store.hpp"
#include "support/row_macs.hpp"

#include <optional>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using store::RenewalPlace;
using store::RenewedTable;

namespace {

const store::Reseal keep = [](const store::SealedSecret&) { return std::nullopt; };

}  // namespace

TEST_CASE("Rows are marked with the newest key, in steps, and the older one is needed no more") {
    Place place;
    place->use_keys(store_keys(row_macs({2, 1})));
    CHECK(place.verify(row_macs({2})).altered.size() == 4);
    RenewalPlace at;
    int steps = 0;
    while (at.table != RenewedTable::none) {
        const auto next = place->renew(at, 1, keep);
        REQUIRE(next.has_value());
        CHECK(*next != at);
        at = *next;
        ++steps;
    }
    CHECK(steps == 7);  // four rows, and the end of three tables
    CHECK(place.verify(row_macs({2})).altered.empty());
    CHECK(place->renew(at, 1, keep) == at);
    place->use_keys(store_keys(row_macs({2})));
    CHECK(place->find_passkey(place.ada.passkey.record.id)->passkey == place.ada.passkey);
    CHECK(place->find_identity(place.ada_google.who)->identity == place.ada_google);
    CHECK(place.refused.empty());
}

TEST_CASE("T28: a renewal vouches for no row that somebody altered") {
    Place place;
    place.alter("UPDATE passkeys SET sign_count = 0" + row_of(place.ada));
    place.alter("UPDATE identities SET row_mac = NULL" + row_of(place.bob_google));
    place->use_keys(store_keys(row_macs({2, 1})));
    CHECK(place->renew({}, 100, keep) == RenewalPlace{.table = RenewedTable::none, .row = 0});
    CHECK(place.verify(row_macs({2, 1})).altered.size() == 2);
    CHECK(place.verify(row_macs({2})).altered.size() == 2);
}
