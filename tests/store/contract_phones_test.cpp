// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::minutes;

namespace {

/// An account with a phone.
struct Texted {
    explicit Texted(StoreUnderTest& db)
        : account(sign_up(db.store()).account), phone(sample_phone(db.store(), account, day_one)) {
        REQUIRE(is_committed(commit(db.store(), {AddPhone{phone}})));
    }

    Account account;
    Phone phone;
};

}  // namespace

TEST_CASE("a phone reads back as it was added, an account has one at most") {
    const auto db = make_store_under_test();
    const Texted ada(*db);
    CHECK(db->store().find_second_steps(ada.account.id).phone == ada.phone);
    const auto another = sample_phone(db->store(), ada.account, day_one);
    CHECK(is_refused_at(commit(db->store(), {AddPhone{another}}), 0));
    const auto other = sign_up(db->store()).account;
    CHECK(db->store().find_second_steps(other.id) == SecondSteps{});
    CHECK(is_refused_at(
        commit(db->store(), {RemovePhone{.account = other.id, .phone = ada.phone.id}}), 0
    ));
    CHECK(is_refused_at(
        commit(db->store(), {UsePhone{.account = other.id, .phone = ada.phone.id, .at = day_one}}),
        0
    ));
    db->reopen();
    CHECK(db->store().find_second_steps(ada.account.id).phone == ada.phone);
}

TEST_CASE("guesses at a phone's codes are counted up to the limit, and its use begins anew") {
    const auto db = make_store_under_test();
    const Texted ada(*db);
    const CountPhoneGuess guess{.phone = ada.phone.id, .limit = 5};
    for (int i = 0; i < 3; ++i) {
        CHECK(is_committed(commit(db->store(), {guess})));
    }
    CHECK(is_refused_at(commit(db->store(), {guess}), 0));
    CHECK(db->store().find_second_steps(ada.account.id).phone->failures == 5);
    const UsePhone use{
        .account = ada.account.id, .phone = ada.phone.id, .at = day_one + minutes(1)
    };
    REQUIRE(is_committed(commit(db->store(), {use})));
    const auto phone = db->store().find_second_steps(ada.account.id).phone;
    CHECK(phone->failures == 0);
    CHECK(phone->last_used_at == day_one + minutes(1));
}

TEST_CASE("T8: a guess at a code that is over counts nothing, of many at once five are compared") {
    const auto db = make_store_under_test();
    const Texted ada(*db);
    const auto code = sample_code(db->store(), day_one);
    REQUIRE(is_committed(commit(db->store(), {StoreCode{code}})));
    const std::vector<store::Change> wrong{
        CountPhoneGuess{.phone = ada.phone.id, .limit = 50},
        SpendAttempt{.code = code.id, .mac = hash_of(1), .limit = 5, .now = day_one},
    };
    const auto results =
        commit_together(db->store(), std::vector<std::vector<store::Change>>(200, wrong));
    CHECK(std::ranges::count_if(results, is_committed) == 5);
    CHECK(db->store().find_second_steps(ada.account.id).phone->failures == ada.phone.failures + 5);
}

TEST_CASE("a phone that goes takes the sign-ins of its account along, and no others") {
    const auto db = make_store_under_test();
    const Texted ada(*db);
    const auto other = sign_up(db->store()).account;
    const auto mine = sample_sign_in(db->store(), ada.account, day_one);
    const auto others = sample_sign_in(db->store(), other, day_one);
    const RemovePhone remove{.account = ada.account.id, .phone = ada.phone.id};
    REQUIRE(is_committed(commit(db->store(), {StartSignIn{mine}, StartSignIn{others}, remove})));
    CHECK_FALSE(db->store().find_second_steps(ada.account.id).phone.has_value());
    CHECK_FALSE(db->store().find_sign_in(mine.id).has_value());
    CHECK(db->store().find_sign_in(others.id).has_value());
    CHECK(is_refused_at(commit(db->store(), {remove}), 0));
    CHECK(is_refused_at(commit(db->store(), {CountPhoneGuess{ada.phone.id, 50}}), 0));
}

TEST_CASE("a text message is due on its own channel, and no mail waits behind it") {
    const auto db = make_store_under_test();
    QueueMail text{MailId(db->store().next_id()), Bytes(3), day_one, day_one + minutes(5)};
    text.channel = Channel::text_message;
    const QueueMail mail{MailId(db->store().next_id()), Bytes(3), day_one, day_one + minutes(5)};
    REQUIRE(is_committed(commit(db->store(), {text, mail})));
    const auto texts = db->store().due_mails(Channel::text_message, day_one, 10);
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].id == text.id);
    const auto mails = db->store().due_mails(Channel::mail, day_one, 10);
    REQUIRE(mails.size() == 1);
    CHECK(mails[0].id == mail.id);
}
