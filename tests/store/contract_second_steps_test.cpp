// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;

namespace {

/// An account with an app.
struct Secured {
    explicit Secured(StoreUnderTest& db)
        : account(sign_up(db.store()).account), app(sample_app(db.store(), account, day_one)) {
        REQUIRE(is_committed(commit(db.store(), {AddAuthenticatorApp{app}})));
    }

    [[nodiscard]] SpendAppCode guess(std::int64_t steps_later) const {
        return {
            .app = app.id,
            .step = TotpStep(app.last_step.value() + steps_later),
            .limit = 50,
            .now = day_one,
        };
    }

    [[nodiscard]] SpendAppCode wrong_guess() const {
        return {.app = app.id, .step = std::nullopt, .limit = 50, .now = day_one};
    }

    Account account;
    AuthenticatorApp app;
};

}  // namespace

TEST_CASE("a sign-in reads back with each second step and each intent that there is") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    for (const SecondStep second :
         {SecondStep::authenticator_app,
          SecondStep::recovery_code,
          SecondStep::waited,
          SecondStep::text_message,
          SecondStep::biometrics}) {
        for (const Intent intent :
             {Intent::sign_in,
              Intent::add_passkey,
              Intent::confirm,
              Intent::restore,
              Intent::add_second_step}) {
            SignIn sign_in = sample_sign_in(db->store(), account, day_one);
            sign_in.second = second;
            sign_in.intent = intent;
            REQUIRE(is_committed(commit(db->store(), {StartSignIn{sign_in}})));
            CHECK(db->store().find_sign_in(sign_in.id) == sign_in);
        }
    }
}

TEST_CASE("the preferred second step is the last one that was chosen, of this account") {
    const auto db = make_store_under_test();
    const auto ada = sign_up(db->store()).account;
    const auto bob = sign_up(db->store()).account;
    CHECK_FALSE(db->store().find_second_steps(ada.id).preferred.has_value());
    for (const SecondStep second : {SecondStep::biometrics, SecondStep::text_message}) {
        REQUIRE(is_committed(commit(db->store(), {PreferSecondStep{ada.id, second}})));
        CHECK(db->store().find_second_steps(ada.id).preferred == second);
    }
    CHECK_FALSE(db->store().find_second_steps(bob.id).preferred.has_value());
    const AccountId nobody(bob.id.value() + 1'000'000);
    CHECK(
        is_refused_at(commit(db->store(), {PreferSecondStep{nobody, SecondStep::text_message}}), 0)
    );
}

TEST_CASE("an app reads back as it was added, an account has one at most") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    CHECK(db->store().find_second_steps(ada.account.id).app == ada.app);
    const auto another = sample_app(db->store(), ada.account, day_one);
    CHECK(is_refused_at(commit(db->store(), {AddAuthenticatorApp{another}}), 0));
    const auto other = sign_up(db->store()).account;
    CHECK(db->store().find_second_steps(other.id) == SecondSteps{});
    CHECK(is_refused_at(
        commit(db->store(), {RemoveAuthenticatorApp{.account = other.id, .app = ada.app.id}}), 0
    ));
    db->reopen();
    CHECK(db->store().find_second_steps(ada.account.id).app == ada.app);
}

TEST_CASE("T9: each time step of an app is good once, and none before it") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    const auto right = answer_of(commit(db->store(), {ada.guess(2)}));
    REQUIRE(right.has_value());
    CHECK(right->right);
    for (const std::int64_t used : {2, 1, 0, -5}) {
        const auto again = answer_of(commit(db->store(), {ada.guess(used)}));
        REQUIRE(again.has_value());
        CHECK_FALSE(again->right);
    }
    db->reopen();
    CHECK_FALSE(answer_of(commit(db->store(), {ada.guess(2)}))->right);
    CHECK(answer_of(commit(db->store(), {ada.guess(3)}))->right);
    const auto app = db->store().find_second_steps(ada.account.id).app;
    CHECK(app->last_step == ada.guess(3).step);
    CHECK(app->last_used_at == day_one);
}

TEST_CASE("wrong codes in a row are counted, a right one begins anew, and 50 are the end") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    CHECK(answer_of(commit(db->store(), {ada.wrong_guess()}))->attempts == ada.app.failures + 1);
    CHECK(answer_of(commit(db->store(), {ada.guess(1)}))->attempts == 0);
    for (std::uint32_t i = 1; i <= 50; ++i) {
        const auto answer = answer_of(commit(db->store(), {ada.wrong_guess()}));
        REQUIRE(answer.has_value());
        CHECK(answer->attempts == i);
    }
    CHECK(is_refused_at(commit(db->store(), {ada.guess(9)}), 0));
    CHECK(is_refused_at(commit(db->store(), {ada.wrong_guess()}), 0));
    CHECK(db->store().find_second_steps(ada.account.id).app->failures == 50);
}

TEST_CASE("T9: of 200 right codes of one step at once exactly one is right") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    std::vector<std::vector<store::Change>> commits(200, {ada.guess(1)});
    const auto results = commit_together(db->store(), std::move(commits));
    const auto right = std::ranges::count_if(results, [](const auto& result) {
        const auto answer = answer_of(result);
        return answer && answer->right;
    });
    CHECK(right == 1);
}

TEST_CASE("an app that goes takes the sign-ins of its account along, and no others") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    const auto other = sign_up(db->store()).account;
    const auto mine = sample_sign_in(db->store(), ada.account, day_one);
    const auto others = sample_sign_in(db->store(), other, day_one);
    const RemoveAuthenticatorApp remove{.account = ada.account.id, .app = ada.app.id};
    REQUIRE(is_committed(commit(db->store(), {StartSignIn{mine}, StartSignIn{others}, remove})));
    CHECK_FALSE(db->store().find_second_steps(ada.account.id).app.has_value());
    CHECK_FALSE(db->store().find_sign_in(mine.id).has_value());
    CHECK(db->store().find_sign_in(others.id).has_value());
    CHECK(is_refused_at(commit(db->store(), {remove}), 0));
    CHECK(is_refused_at(commit(db->store(), {ada.guess(1)}), 0));
}

TEST_CASE("a recovery code works once, for its account only, until a new set ends it") {
    const auto db = make_store_under_test();
    const auto ada = sign_up(db->store()).account;
    const auto eve = sign_up(db->store()).account;
    const auto spend = [&](AccountId account, std::uint64_t code) {
        const SpendRecoveryCode change{.account = account, .mac = hash_of(code)};
        return answer_of(commit(db->store(), {change}))->right;
    };
    REQUIRE(is_committed(
        commit(db->store(), {SetRecoveryCodes{ada.id, {hash_of(1), hash_of(2), hash_of(3)}}})
    ));
    CHECK(db->store().find_second_steps(ada.id).recovery_codes == 3);
    CHECK_FALSE(spend(eve.id, 1));
    CHECK_FALSE(spend(ada.id, 9));
    CHECK(spend(ada.id, 1));
    CHECK_FALSE(spend(ada.id, 1));
    db->reopen();
    CHECK_FALSE(spend(ada.id, 1));
    CHECK(db->store().find_second_steps(ada.id).recovery_codes == 2);
    REQUIRE(is_committed(commit(db->store(), {SetRecoveryCodes{ada.id, {hash_of(4)}}})));
    CHECK_FALSE(spend(ada.id, 2));
    CHECK(spend(ada.id, 4));
    CHECK(db->store().find_second_steps(ada.id) == SecondSteps{});
    CHECK(is_refused_at(
        commit(db->store(), {SetRecoveryCodes{AccountId(db->store().next_id()), {hash_of(5)}}}), 0
    ));
}

TEST_CASE("an account that is deleted takes its app and its recovery codes along") {
    const auto db = make_store_under_test();
    const Secured ada(*db);
    REQUIRE(is_committed(commit(
        db->store(), {SetRecoveryCodes{ada.account.id, {hash_of(1)}}, DeleteAccount{ada.account.id}}
    )));
    CHECK(db->store().find_second_steps(ada.account.id) == SecondSteps{});
}

// ---- the wait of who cannot do the second step

namespace {

Hold hold_from(const Account& account, TimePoint start) {
    return {
        .account = account.id,
        .account_epoch = account.epoch,
        .started_at = start,
        .ends_at = start + std::chrono::hours(24),
    };
}

QueueMail mail_of(store::Store& store, std::optional<AccountId> hold) {
    return {
        .id = MailId(store.next_id()),
        .sealed = Bytes(3, std::byte{1}),
        .not_before = day_one,
        .expires_at = day_one + std::chrono::hours(1),
        .hold = hold,
    };
}

}  // namespace

TEST_CASE("a hold reads back as it was begun, and there is one at most until it is long over") {
    const auto db = make_store_under_test();
    const Account ada = sign_up(db->store()).account;
    const Hold first = hold_from(ada, day_one);
    const auto start = [&](const Hold& hold, TimePoint over_since) {
        return commit(db->store(), {StartHold{.hold = hold, .over_since = over_since}});
    };
    REQUIRE(is_committed(start(first, day_one)));
    CHECK(db->store().find_second_steps(ada.id).hold == first);
    Hold second = hold_from(ada, day_one + std::chrono::hours(100));
    second.by_operator = true;
    CHECK(is_refused_at(start(second, first.ends_at - std::chrono::milliseconds(1)), 0));
    CHECK(db->store().find_second_steps(ada.id).hold == first);
    CHECK(is_committed(start(second, first.ends_at)));
    CHECK(db->store().find_second_steps(ada.id).hold == second);
    db->reopen();
    CHECK(db->store().find_second_steps(ada.id).hold == second);
}

TEST_CASE("a hold ends once by name, or whichever there is; its mails go with it, others stay") {
    const auto db = make_store_under_test();
    store::Store& store = db->store();
    const Account ada = sign_up(store).account;
    const Account eve = sign_up(store).account;
    const Hold hold = hold_from(ada, day_one);
    const auto waiting = [&] {
        return store.due_mails(accounts::Channel::mail, day_one, 10).size();
    };
    REQUIRE(is_committed(commit(
        store,
        {StartHold{.hold = hold, .over_since = day_one},
         mail_of(store, ada.id),
         mail_of(store, eve.id),
         mail_of(store, std::nullopt)}
    )));
    CHECK(waiting() == 3);
    const TimePoint other = day_one + std::chrono::milliseconds(1);
    CHECK(is_refused_at(commit(store, {EndHold{.account = ada.id, .started_at = other}}), 0));
    CHECK(is_committed(commit(store, {EndHold{.account = eve.id, .started_at = std::nullopt}})));
    CHECK(waiting() == 3);
    CHECK(is_committed(commit(store, {EndHold{.account = ada.id, .started_at = day_one}})));
    CHECK(store.find_second_steps(ada.id).hold == std::nullopt);
    CHECK(waiting() == 2);
    CHECK(is_refused_at(commit(store, {EndHold{.account = ada.id, .started_at = day_one}}), 0));
    CHECK(is_committed(commit(store, {EndHold{.account = ada.id, .started_at = std::nullopt}})));
}

TEST_CASE("a second factor of the account becomes a passkey, once") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    const auto [other, other_passkey] = sign_up(db->store());
    auto factor = sample_passkey(db->store(), account);
    factor.purpose = CredentialPurpose::second_factor;
    factor.discoverable = std::nullopt;
    auto resting = sample_passkey(db->store(), account);
    resting.purpose = CredentialPurpose::second_factor;
    resting.status = CredentialStatus::suspended;
    resting.suspended_at = day_one;
    REQUIRE(is_committed(commit(db->store(), {AddPasskey{factor}, AddPasskey{resting}})));
    const auto result_of = [&db](store::Change change) {
        return commit(db->store(), {std::move(change)});
    };
    const auto promotion = [&](AccountId owner, PasskeyId credential) {
        return result_of(PromoteSecondFactor{owner, credential});
    };
    const auto use_as = [&](CredentialPurpose purpose) {
        return result_of(UsePasskey{account.id, factor.id, 7, 7, false, day_one, "", purpose});
    };
    const auto is_stored = [&] {
        const auto found = db->store().find_passkey(factor.record.id);
        return found && found->passkey == factor;
    };
    CHECK(is_stored());
    CHECK(is_refused_at(promotion(other.id, factor.id), 0));
    CHECK(is_refused_at(promotion(account.id, passkey.id), 0));
    CHECK(is_refused_at(promotion(account.id, resting.id), 0));
    CHECK(is_refused_at(promotion(account.id, PasskeyId(db->store().next_id())), 0));
    CHECK(is_refused_at(use_as(CredentialPurpose::passkey), 0));
    CHECK(is_committed(use_as(CredentialPurpose::second_factor)));
    REQUIRE(is_committed(promotion(account.id, factor.id)));
    factor.purpose = CredentialPurpose::passkey;
    CHECK(is_stored());
    CHECK(is_refused_at(use_as(CredentialPurpose::second_factor), 0));
    CHECK(is_refused_at(promotion(account.id, factor.id), 0));
}
