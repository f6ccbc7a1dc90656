// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::hours;

TEST_CASE("an account reads back as it was created, by id and by address") {
    const auto db = make_store_under_test();
    auto account = sample_account(db->store());
    account.recovered_at = day_one + hours(1);
    REQUIRE(is_committed(commit(db->store(), {CreateAccount{account}})));

    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_account(account.email) == account);
    CHECK(db->store().find_account(AccountId(account.id.value() + 1)) == std::nullopt);
    CHECK(db->store().find_account(address("nobody@example.com")) == std::nullopt);
}

TEST_CASE("addresses are compared in their canonical form") {
    const auto db = make_store_under_test();
    auto account = sample_account(db->store());
    account.email = address("Ada@Example.COM");
    REQUIRE(is_committed(commit(db->store(), {CreateAccount{account}})));

    const auto found = db->store().find_account(address("ada@example.com"));
    REQUIRE(found.has_value());
    CHECK(found->email.text() == "Ada@Example.COM");

    auto second = sample_account(db->store());
    second.email = address("aDA@example.com");
    CHECK(is_refused_at(commit(db->store(), {CreateAccount{second}}), 0));
}
