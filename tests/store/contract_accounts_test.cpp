// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::hours;

TEST_CASE("an address changes if it is still the one of before and nobody has the new one") {
    const auto db = make_store_under_test();
    auto account = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    const auto before = account.email;
    const auto next = EmailAddress::parse("Next@Example.org").value();
    REQUIRE(committed(*db, {ChangeEmail{account.id, before, next}}));
    account.email = next;
    account.version += 1;
    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_account(EmailAddress::parse("next@example.org").value()) == account);
    CHECK_FALSE(db->store().find_account(before).has_value());
    CHECK(refused(*db, {ChangeEmail{account.id, before, next}}, 0));
    CHECK(refused(*db, {ChangeEmail{account.id, next, other.email}}, 0));
    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_account(other.id) == other);
}

TEST_CASE("accounts that are to be deleted are listed when it is time, and kept if it is stopped") {
    const auto db = make_store_under_test();
    auto account = sign_up(db->store()).account;
    const auto later = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    const auto due = day_one + hours(24);
    REQUIRE(committed(*db, {SetDeletion{account.id, std::nullopt, due}}));
    REQUIRE(committed(*db, {SetDeletion{later.id, std::nullopt, due + hours(1)}}));
    account.deletes_at = due;
    CHECK(db->store().list_deletions(due - std::chrono::milliseconds(1), 9).empty());
    CHECK(db->store().list_deletions(due, 9) == std::vector{account});
    CHECK(db->store().list_deletions(due + hours(2), 9).size() == 2);
    CHECK(db->store().list_deletions(due + hours(2), 1) == std::vector{account});
    CHECK(refused(*db, {SetDeletion{account.id, std::nullopt, due}}, 0));
    REQUIRE(committed(*db, {SetDeletion{account.id, due, std::nullopt}}));
    CHECK(refused(*db, {SetDeletion{account.id, due, due}, DeleteAccount{account.id}}, 0));
    CHECK(db->store().find_account(account.id).has_value());
    CHECK(db->store().find_account(other.id) == other);
}

TEST_CASE("a second address is set, replaced and removed if it is still the one of before") {
    const auto db = make_store_under_test();
    auto [account, passkey] = sign_up(db->store());
    const auto second = EmailAddress::parse("second@example.org").value();
    REQUIRE(committed(*db, {SetSecondEmail{account.id, std::nullopt, second}}));
    account.second_email = second;
    account.version += 1;
    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_passkey(passkey.record.id)->account == account);
    CHECK(refused(*db, {SetSecondEmail{account.id, std::nullopt, second}}, 0));
    REQUIRE(committed(*db, {SetSecondEmail{account.id, second, std::nullopt}}));
    CHECK_FALSE(db->store().find_account(account.id)->second_email.has_value());
}

TEST_CASE("the language of an account's mails is set, whatever it was") {
    const auto db = make_store_under_test();
    auto [account, passkey] = sign_up(db->store());
    REQUIRE(committed(*db, {SetLanguage{account.id, "fr"}}));
    account.language = "fr";
    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_passkey(passkey.record.id)->account == account);
    CHECK(refused(*db, {SetLanguage{AccountId(account.id.value() + 1), "fr"}}, 0));
}

TEST_CASE("an account reads back as it was created, by id and by address") {
    const auto db = make_store_under_test();
    auto account = sample_account(db->store());
    account.recovered_at = day_one + hours(1);
    account.frozen_at = day_one + hours(2);
    account.language = "de";
    REQUIRE(committed(*db, {CreateAccount{account}}));

    CHECK(db->store().find_account(account.id) == account);
    CHECK(db->store().find_account(account.email) == account);
    CHECK(db->store().find_account(AccountId(account.id.value() + 1)) == std::nullopt);
    CHECK(db->store().find_account(address("nobody@example.com")) == std::nullopt);
}

TEST_CASE("addresses are compared in their canonical form and kept as typed") {
    const auto db = make_store_under_test();
    auto account = sample_account(db->store());
    account.email = address("Ada@Example.COM");
    REQUIRE(committed(*db, {CreateAccount{account}}));

    const auto found = db->store().find_account(address("ada@example.com"));
    REQUIRE(found.has_value());
    CHECK(found->email.text() == "Ada@Example.COM");

    auto second = sample_account(db->store());
    second.email = address("aDA@example.com");
    CHECK(refused(*db, {CreateAccount{second}}, 0));
}

TEST_CASE("creating an account is refused if id, public id or user handle is taken") {
    const auto db = make_store_under_test();
    const auto first = sign_up(db->store()).account;

    auto same_id = sample_account(db->store());
    same_id.id = first.id;
    CHECK(refused(*db, {CreateAccount{same_id}}, 0));

    auto same_public_id = sample_account(db->store());
    same_public_id.public_id = first.public_id;
    CHECK(refused(*db, {CreateAccount{same_public_id}}, 0));

    auto same_user_handle = sample_account(db->store());
    same_user_handle.user_handle = first.user_handle;
    CHECK(refused(*db, {CreateAccount{same_user_handle}}, 0));

    CHECK(db->store().find_account(first.id) == first);
    CHECK(committed(*db, {CreateAccount{sample_account(db->store())}}));
}

TEST_CASE("changing factors counts them and raises the version") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;

    REQUIRE(committed(*db, {ChangeFactors{account.id, 3, +1}}));
    auto now = db->store().find_account(account.id);
    CHECK(now->factors == 2);
    CHECK(now->version == 4);

    REQUIRE(committed(*db, {ChangeFactors{account.id, 4, 0}}));
    now = db->store().find_account(account.id);
    CHECK(now->factors == 2);
    CHECK(now->version == 5);

    REQUIRE(committed(*db, {ChangeFactors{account.id, 5, -1}}));
    now = db->store().find_account(account.id);
    CHECK(now->factors == 1);
    CHECK(now->version == 6);
    CHECK(now->epoch == account.epoch);
}

TEST_CASE("changing factors is refused at another version, without the account, for the last one") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;

    CHECK(refused(*db, {ChangeFactors{account.id, 2, +1}}, 0));
    CHECK(refused(*db, {ChangeFactors{account.id, 4, +1}}, 0));
    CHECK(refused(*db, {ChangeFactors{AccountId(db->store().next_id()), 3, +1}}, 0));
    CHECK(refused(*db, {ChangeFactors{account.id, 3, -1}}, 0));
    CHECK(db->store().find_account(account.id) == account);
}

TEST_CASE("of two removals at once on an account with two factors exactly one is refused (T25)") {
    const auto db = make_store_under_test();
    for (int round = 0; round < 100; ++round) {
        auto [account, first] = sign_up(db->store());
        const auto second = sample_passkey(db->store(), account);
        REQUIRE(committed(*db, {AddPasskey{second}, ChangeFactors{account.id, 3, +1}}));

        const auto results = commit_together(
            db->store(),
            {{ChangeFactors{account.id, 4, -1}, RemovePasskey{account.id, first.id, std::nullopt}},
             {ChangeFactors{account.id, 4, -1}, RemovePasskey{account.id, second.id, std::nullopt}}}
        );
        CHECK(is_committed(results[0]) != is_committed(results[1]));
        CHECK(is_refused_at(results[0], 0) != is_refused_at(results[1], 0));
        CHECK(db->store().list_passkeys(account.id).size() == 1);
        CHECK(db->store().find_account(account.id)->factors == 1);
    }
}

TEST_CASE("an epoch guards a commit against sign out everywhere") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;

    CHECK(committed(*db, {RequireEpoch{account.id, 5}}));
    CHECK(refused(*db, {RequireEpoch{account.id, 4}}, 0));
    CHECK(refused(*db, {RequireEpoch{AccountId(db->store().next_id()), 5}}, 0));

    CHECK(refused(*db, {RaiseEpoch{account.id, 4}}, 0));
    CHECK(committed(*db, {RaiseEpoch{account.id, 5}}));
    CHECK(db->store().find_account(account.id)->epoch == 6);
    CHECK(refused(*db, {RequireEpoch{account.id, 5}}, 0));
    CHECK(refused(*db, {RaiseEpoch{account.id, 5}}, 0));
}

TEST_CASE("raising the epoch ends sessions and sign-ins of that account only") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    const auto session = sample_session(db->store(), account, day_one);
    const auto sign_in = sample_sign_in(db->store(), account, day_one);
    const auto others = sample_session(db->store(), other, day_one);
    REQUIRE(committed(*db, {OpenSession{session}, StartSignIn{sign_in}, OpenSession{others}}));

    REQUIRE(committed(*db, {RaiseEpoch{account.id, account.epoch}}));
    CHECK_FALSE(db->store().find_session(session.id).has_value());
    CHECK_FALSE(db->store().find_sign_in(sign_in.id).has_value());
    CHECK(db->store().find_session(others.id).has_value());
}

TEST_CASE("a recovery is noted on its account") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;

    REQUIRE(committed(*db, {MarkRecovered{account.id, day_one + hours(2)}}));
    CHECK(db->store().find_account(account.id)->recovered_at == day_one + hours(2));
    CHECK(refused(*db, {MarkRecovered{AccountId(db->store().next_id()), day_one}}, 0));
}

TEST_CASE("deleting an account removes what belongs to it but its audit events") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    const auto other = sign_up(db->store());
    const auto session = sample_session(db->store(), account, day_one);
    const auto sign_in = sample_sign_in(db->store(), account, day_one);
    auto code = sample_code(db->store(), day_one);
    code.account = account.id;
    const auto event = sample_event(db->store(), account, day_one);
    REQUIRE(committed(
        *db, {OpenSession{session}, StartSignIn{sign_in}, StoreCode{code}, AppendEvent{event}}
    ));

    REQUIRE(committed(*db, {DeleteAccount{account.id}}));
    CHECK_FALSE(db->store().find_account(account.id).has_value());
    CHECK_FALSE(db->store().find_account(account.email).has_value());
    CHECK_FALSE(db->store().find_passkey(passkey.record.id).has_value());
    CHECK(db->store().list_passkeys(account.id).empty());
    CHECK_FALSE(db->store().find_session(session.id).has_value());
    CHECK(db->store().list_sessions(account.id).empty());
    CHECK_FALSE(db->store().find_sign_in(sign_in.id).has_value());
    CHECK_FALSE(db->store().find_code(code.id).has_value());
    CHECK(db->store().list_events(account.id, {.count = 10}) == std::vector{event});
    CHECK(db->store().find_passkey(other.passkey.record.id).has_value());

    CHECK(refused(*db, {DeleteAccount{account.id}}, 0));
}

TEST_CASE("nothing can be added to a deleted account: rows do not come back") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    REQUIRE(committed(*db, {DeleteAccount{account.id}}));

    CHECK(refused(*db, {AddPasskey{passkey}}, 0));
    CHECK(refused(*db, {OpenSession{sample_session(db->store(), account, day_one)}}, 0));
    CHECK(refused(*db, {StartSignIn{sample_sign_in(db->store(), account, day_one)}}, 0));

    // The address is free again, for an account of its own.
    auto successor = sample_account(db->store());
    successor.email = account.email;
    CHECK(committed(*db, {CreateAccount{successor}}));
    CHECK(db->store().list_events(successor.id, {.count = 10}).empty());
}

TEST_CASE("accounts are listed by id, in pages") {
    const auto db = make_store_under_test();
    std::vector<Account> created;
    for (int i = 0; i < 5; ++i) {
        created.push_back(sign_up(db->store()).account);
    }

    CHECK(db->store().list_accounts(AccountId(0), 10) == created);
    CHECK(
        db->store().list_accounts(created[1].id, 2) == std::vector<Account>{created[2], created[3]}
    );
    CHECK(db->store().list_accounts(created[4].id, 10).empty());
    CHECK(db->store().list_accounts(AccountId(0), 0).empty());
}

TEST_CASE("an invitation holds until it is spent or expires, and a second one renews it") {
    const auto db = make_store_under_test();
    const auto guest = address("Guest@example.com");
    const auto typed_otherwise = address("guest@EXAMPLE.com");
    CHECK_FALSE(db->store().is_invited(guest, day_one));
    CHECK(refused(*db, {SpendInvite{guest, day_one}}, 0));

    REQUIRE(committed(*db, {Invite{guest, day_one + hours(1)}}));
    CHECK(db->store().is_invited(typed_otherwise, day_one));
    CHECK_FALSE(db->store().is_invited(guest, day_one + hours(1)));
    CHECK(refused(*db, {SpendInvite{guest, day_one + hours(1)}}, 0));

    REQUIRE(committed(*db, {Invite{typed_otherwise, day_one + hours(2)}}));
    CHECK(db->store().is_invited(guest, day_one + hours(1)));

    REQUIRE(committed(*db, {SpendInvite{guest, day_one + hours(1)}}));
    CHECK_FALSE(db->store().is_invited(guest, day_one));
    CHECK(refused(*db, {SpendInvite{guest, day_one}}, 0));
}
