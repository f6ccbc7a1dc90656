// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
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
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

SpendAttempt right_guess(const EmailCode& code, TimePoint now = day_one) {
    return {.code = code.id, .mac = code.mac, .limit = 5, .now = now};
}

SpendAttempt wrong_guess(const EmailCode& code) {
    return {.code = code.id, .mac = hash_of(0), .limit = 5, .now = day_one};
}

CountTowardsLimit count(std::uint64_t key, TimePoint now, std::uint32_t limit = 3) {
    return {.key = hash_of(key), .limit = limit, .window = minutes(15), .now = now};
}

EmailCode stored_code(StoreUnderTest& db) {
    const auto code = sample_code(db.store(), day_one);
    REQUIRE(is_committed(commit(db.store(), {StoreCode{code}})));
    return code;
}

}  // namespace

TEST_CASE("a code reads back as it was stored") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    auto code = sample_code(db->store(), day_one);
    code.account = account.id;
    code.account_epoch = 5;
    REQUIRE(is_committed(commit(db->store(), {StoreCode{code}})));
    CHECK(db->store().find_code(code.id) == code);
    CHECK_FALSE(db->store().find_code(CodeId(db->store().next_id())).has_value());
}

TEST_CASE("a wrong guess is counted, the right one spends the code, and then it is over (T19)") {
    const auto db = make_store_under_test();
    const auto code = stored_code(*db);

    const auto wrong = answer_of(commit(db->store(), {wrong_guess(code)}));
    REQUIRE(wrong.has_value());
    CHECK_FALSE(wrong->right);
    CHECK(wrong->attempts == 1);

    const auto right = answer_of(commit(db->store(), {right_guess(code)}));
    REQUIRE(right.has_value());
    CHECK(right->right);
    CHECK(right->attempts == 2);

    const auto stored = db->store().find_code(code.id);
    CHECK(stored->spent);
    CHECK(stored->attempts == 2);
    CHECK(is_refused_at(commit(db->store(), {right_guess(code)}), 0));
    CHECK(is_refused_at(commit(db->store(), {wrong_guess(code)}), 0));
    CHECK(db->store().find_code(code.id)->attempts == 2);
}

TEST_CASE("after five wrong guesses the right one is refused, also after a restart (T19)") {
    const auto db = make_store_under_test();
    const auto code = stored_code(*db);
    for (std::uint32_t i = 1; i <= 5; ++i) {
        const auto answer = answer_of(commit(db->store(), {wrong_guess(code)}));
        REQUIRE(answer.has_value());
        CHECK_FALSE(answer->right);
        CHECK(answer->attempts == i);
    }
    CHECK(is_refused_at(commit(db->store(), {right_guess(code)}), 0));
    db->reopen();
    CHECK(is_refused_at(commit(db->store(), {right_guess(code)}), 0));
}

TEST_CASE("a code is refused from the moment at which it expires, and if there is none") {
    const auto db = make_store_under_test();
    const auto code = stored_code(*db);
    CHECK(is_refused_at(commit(db->store(), {right_guess(code, code.expires_at)}), 0));
    auto unknown = code;
    unknown.id = CodeId(db->store().next_id());
    CHECK(is_refused_at(commit(db->store(), {right_guess(unknown)}), 0));

    const auto in_time =
        commit(db->store(), {right_guess(code, code.expires_at - milliseconds(1))});
    REQUIRE(answer_of(in_time).has_value());
    CHECK(answer_of(in_time)->right);
}

TEST_CASE("of 200 guesses at once at most five are compared and one is right at most (T19)") {
    const auto db = make_store_under_test();
    for (const std::size_t position : {0U, 2U, 4U, 5U, 120U}) {
        const auto code = stored_code(*db);
        std::vector<std::vector<store::Change>> commits;
        for (std::size_t i = 0; i < 200; ++i) {
            commits.push_back({i == position ? right_guess(code) : wrong_guess(code)});
        }
        const auto results = commit_together(db->store(), std::move(commits));

        const auto compared = std::ranges::count_if(results, is_committed);
        const auto right = std::ranges::count_if(results, [](const auto& result) {
            const auto answer = answer_of(result);
            return answer && answer->right;
        });
        // They are written in the order in which they were queued.
        CHECK(compared == std::min<std::ptrdiff_t>(5, static_cast<std::ptrdiff_t>(position) + 1));
        CHECK(right == (position < 5 ? 1 : 0));
    }
}

TEST_CASE("a right code that is guessed 200 times at once is right once") {
    const auto db = make_store_under_test();
    const auto code = stored_code(*db);
    const std::vector<std::vector<store::Change>> commits(200, {right_guess(code)});
    const auto results = commit_together(db->store(), commits);
    CHECK(std::ranges::count_if(results, is_committed) == 1);
}

TEST_CASE("answers to guesses stand in the order of the commit") {
    const auto db = make_store_under_test();
    const auto first = stored_code(*db);
    const auto second = stored_code(*db);
    const auto result = commit(db->store(), {wrong_guess(first), right_guess(second)});
    REQUIRE(is_committed(result));
    const auto& spent = std::get<store::Committed>(result).spent;
    REQUIRE(spent.size() == 2);
    CHECK_FALSE(spent[0].right);
    CHECK(spent[1].right);
}

TEST_CASE("a limit lets its count through in its window and not one more (T24)") {
    const auto db = make_store_under_test();
    CHECK(db->store().limit_use(hash_of(1), minutes(15), day_one).count == 0);
    CHECK_FALSE(db->store().limit_use(hash_of(1), minutes(15), day_one).oldest_leaves_at);

    CHECK(is_committed(commit(db->store(), {count(1, day_one)})));
    CHECK(is_committed(commit(db->store(), {count(1, day_one + minutes(5))})));
    CHECK(is_committed(commit(db->store(), {count(1, day_one + minutes(5))})));  // same millisecond
    CHECK(is_refused_at(commit(db->store(), {count(1, day_one + minutes(5))}), 0));
    CHECK(is_refused_at(commit(db->store(), {count(1, day_one + minutes(6))}), 0));
    CHECK(is_committed(commit(db->store(), {count(2, day_one + minutes(6))})));

    const auto use = db->store().limit_use(hash_of(1), minutes(15), day_one + minutes(6));
    CHECK(use.count == 3);
    CHECK(use.oldest_leaves_at == day_one + minutes(15));
}

TEST_CASE("a window rolls: an event leaves it exactly when the window has passed (T24)") {
    const auto db = make_store_under_test();
    for (const auto at : {seconds(0), seconds(60), seconds(120)}) {
        REQUIRE(is_committed(commit(db->store(), {count(1, day_one + at)})));
    }
    const auto full = day_one + minutes(15);
    CHECK(is_refused_at(commit(db->store(), {count(1, full - milliseconds(1))}), 0));
    CHECK(is_committed(commit(db->store(), {count(1, full)})));
    // The next place is free a minute later, not before.
    CHECK(is_refused_at(commit(db->store(), {count(1, full + seconds(60) - milliseconds(1))}), 0));
    CHECK(db->store().limit_use(hash_of(1), minutes(15), full).count == 3);
    CHECK(
        db->store().limit_use(hash_of(1), minutes(15), full).oldest_leaves_at == full + seconds(60)
    );
    CHECK(is_committed(commit(db->store(), {count(1, full + seconds(60))})));
}

TEST_CASE("limits survive a restart, and a limit of none lets nothing through") {
    const auto db = make_store_under_test();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(is_committed(commit(db->store(), {count(1, day_one)})));
    }
    db->reopen();
    CHECK(is_refused_at(commit(db->store(), {count(1, day_one)}), 0));
    CHECK(is_refused_at(commit(db->store(), {count(2, day_one, 0)}), 0));
}

TEST_CASE("of 100 events at once a limit of ten lets exactly ten through (T24)") {
    const auto db = make_store_under_test();
    const std::vector<std::vector<store::Change>> commits(100, {count(1, day_one, 10)});
    const auto results = commit_together(db->store(), commits);
    CHECK(std::ranges::count_if(results, is_committed) == 10);
    CHECK(db->store().limit_use(hash_of(1), minutes(15), day_one).count == 10);
}

TEST_CASE("a refused commit counts nothing, and a full limit keeps the guess from being compared") {
    const auto db = make_store_under_test();
    const auto code = stored_code(*db);
    CHECK(is_refused_at(commit(db->store(), {count(1, day_one), count(2, day_one, 0)}), 1));
    CHECK(db->store().limit_use(hash_of(1), minutes(15), day_one).count == 0);

    CHECK(is_refused_at(commit(db->store(), {count(1, day_one, 0), right_guess(code)}), 0));
    CHECK(db->store().find_code(code.id)->attempts == 0);
    const auto result = commit(db->store(), {count(1, day_one, 1), right_guess(code)});
    REQUIRE(answer_of(result).has_value());
    CHECK(answer_of(result)->right);
}
