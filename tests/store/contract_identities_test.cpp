// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;

TEST_CASE("an identity reads back as it was linked, with its account as it is now") {
    const auto db = make_store_under_test();
    auto account = sign_up(db->store()).account;
    const auto first = sample_identity(db->store(), account);
    auto second = sample_identity(db->store(), account);
    second.email = "";
    REQUIRE(committed(*db, {LinkIdentity{first}, LinkIdentity{second}}));
    REQUIRE(committed(*db, {ChangeFactors{account.id, account.version, +1}}));
    account.version += 1;
    account.factors += 1;

    for (const auto& identity : {first, second}) {
        const auto found = db->store().find_identity(identity.who);
        REQUIRE(found.has_value());
        CHECK(found->identity == identity);
        CHECK(found->account == account);
    }
    CHECK(db->store().list_identities(account.id) == std::vector{first, second});
    db->reopen();
    CHECK(db->store().list_identities(account.id) == std::vector{first, second});
}

TEST_CASE("6.8.1: an identity is issuer and subject, both of them, to the letter") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto identity = sample_identity(db->store(), account);
    REQUIRE(committed(*db, {LinkIdentity{identity}}));
    const auto [issuer, subject] = identity.who;
    CHECK_FALSE(db->store().find_identity({.issuer = issuer + "/", .subject = subject}));
    CHECK_FALSE(db->store().find_identity({.issuer = issuer, .subject = subject + " "}));
    CHECK_FALSE(db->store().find_identity({.issuer = issuer, .subject = "S" + subject.substr(1)}));
    CHECK_FALSE(db->store().find_identity({.issuer = subject, .subject = issuer}));
}

TEST_CASE("T32: an identity belongs to one account, and linking it again is refused") {
    const auto db = make_store_under_test();
    const auto ada = sign_up(db->store()).account;
    const auto eve = sign_up(db->store()).account;
    const auto identity = sample_identity(db->store(), ada);
    auto again = sample_identity(db->store(), eve);
    again.who = identity.who;
    REQUIRE(committed(*db, {LinkIdentity{identity}}));
    CHECK(refused(*db, {LinkIdentity{again}}, 0));
    CHECK(db->store().find_identity(identity.who)->account == ada);
    CHECK(db->store().list_identities(eve.id).empty());

    REQUIRE(committed(*db, {UnlinkIdentity{ada.id, identity.who}}));
    CHECK(committed(*db, {LinkIdentity{again}}));
    CHECK(db->store().find_identity(identity.who)->account == eve);
}

TEST_CASE("an identity is required and unlinked only as one of its account") {
    const auto db = make_store_under_test();
    const auto ada = sign_up(db->store()).account;
    const auto eve = sign_up(db->store()).account;
    const auto identity = sample_identity(db->store(), ada);
    CHECK(refused(*db, {RequireIdentity{ada.id, identity.who}}, 0));
    REQUIRE(committed(*db, {LinkIdentity{identity}}));
    CHECK(committed(*db, {RequireIdentity{ada.id, identity.who}}));
    CHECK(refused(*db, {RequireIdentity{eve.id, identity.who}}, 0));
    CHECK(refused(*db, {UnlinkIdentity{eve.id, identity.who}}, 0));
    CHECK(committed(*db, {UnlinkIdentity{ada.id, identity.who}}));
    CHECK(refused(*db, {UnlinkIdentity{ada.id, identity.who}}, 0));
}

TEST_CASE("KC CVE-2026-92358: what an identity proved ends when it is unlinked") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto identity = sample_identity(db->store(), account);
    const auto other = sample_identity(db->store(), account);
    auto by_it = sample_sign_in(db->store(), account, day_one);
    by_it.proof = Proof::upstream;
    by_it.identity = identity.who;
    auto by_other = sample_sign_in(db->store(), account, day_one);
    by_other.proof = Proof::upstream;
    by_other.identity = other.who;
    const auto by_code = sample_sign_in(db->store(), account, day_one);
    REQUIRE(committed(
        *db,
        {LinkIdentity{identity},
         LinkIdentity{other},
         StartSignIn{by_it},
         StartSignIn{by_other},
         StartSignIn{by_code}}
    ));
    CHECK(db->store().find_sign_in(by_it.id) == by_it);

    REQUIRE(committed(*db, {UnlinkIdentity{account.id, identity.who}}));
    CHECK_FALSE(db->store().find_sign_in(by_it.id).has_value());
    CHECK(db->store().find_sign_in(by_other.id) == by_other);
    CHECK(db->store().find_sign_in(by_code.id) == by_code);
    CHECK(db->store().list_identities(account.id) == std::vector{other});
}

TEST_CASE("the identities of an account go with it, and can be linked to another") {
    const auto db = make_store_under_test();
    const auto ada = sign_up(db->store()).account;
    const auto identity = sample_identity(db->store(), ada);
    REQUIRE(committed(*db, {LinkIdentity{identity}, DeleteAccount{ada.id}}));
    CHECK_FALSE(db->store().find_identity(identity.who).has_value());
    const auto eve = sign_up(db->store()).account;
    auto again = sample_identity(db->store(), eve);
    again.who = identity.who;
    CHECK(committed(*db, {LinkIdentity{again}}));
}
