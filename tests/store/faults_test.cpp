// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"
#include "support/row_macs.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;

namespace {

/// A store on the faulty disk; what is fatal is counted instead of ending the process.
class Fragile {
public:
    Fragile() {
        register_faulty_vfs();
        open();
    }

    ~Fragile() { heal_disk(); }

    Fragile(const Fragile&) = delete;
    Fragile& operator=(const Fragile&) = delete;
    Fragile(Fragile&&) = delete;
    Fragile& operator=(Fragile&&) = delete;

    [[nodiscard]] store::Store& store() { return *store_; }

    [[nodiscard]] bool is_fatal() const { return fatal_ > 0; }

    void reopen() {
        store_.reset();
        open();
    }

private:
    void open() {
        auto opened = store::SqliteStore::open({
            .path = folder_.file("latchkey.db"),
            .clock = &clock_,
            .longest_pause = std::chrono::microseconds(0),
            .vfs = faulty_vfs,
            .on_fatal = [this](const std::string&) { ++fatal_; },
        });
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        store_ = *std::move(opened);
        store_->use_keys(store_keys());
    }

    TemporaryFolder folder_;
    FixedClock clock_{day_one};
    std::atomic<int> fatal_{0};
    std::unique_ptr<store::Store> store_;
};

/// Commits that are certain to be one group: they are queued while the writer is answering.
std::vector<store::CommitResult> commit_as_group(
    store::Store& store, std::vector<std::vector<store::Change>> commits, const FaultPlan& plan
) {
    std::vector<std::promise<store::CommitResult>> promises(commits.size());
    store.commit({}, [&](const store::CommitResult&) {
        plan_fault(plan);
        auto promise = promises.begin();
        for (auto& commit : commits) {
            store.commit(
                {.changes = std::move(commit)},
                [&answer = *promise++](store::CommitResult result) {
                    answer.set_value(std::move(result));
                }
            );
        }
    });
    std::vector<store::CommitResult> results;
    for (auto& promise : promises) {
        results.push_back(promise.get_future().get());
    }
    return results;
}

/// A group of sign-ups, the third of which is refused.
struct Group {
    std::vector<Person> people;
    std::vector<std::vector<store::Change>> commits;

    explicit Group(store::Store& store) {
        for (int i = 0; i < 8; ++i) {
            Person person{.account = sample_account(store), .passkey = {}};
            person.passkey = sample_passkey(store, person.account);
            commits.push_back({CreateAccount{person.account}, AddPasskey{person.passkey}});
            people.push_back(std::move(person));
        }
        commits[2].emplace_back(RequireEpoch{people[2].account.id, 99});
    }
};

/// One answer for the whole group: none of it is done, or all but the refused one is.
void check_answers(const std::vector<store::CommitResult>& results) {
    const bool is_done = is_committed(results[0]);
    for (std::size_t i = 0; i < results.size(); ++i) {
        CAPTURE(i);
        if (!is_done) {
            CHECK(is_unknown(results[i]));
        } else if (i == 2) {
            CHECK(is_refused_at(results[i], 2));
        } else {
            CHECK(is_committed(results[i]));
        }
    }
}

/// What was said to be done is there, and what was refused is not.
void check_stored(
    store::Store& store, const Group& group, const std::vector<store::CommitResult>& results
) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        const bool is_there = store.find_passkey(group.people[i].passkey.record.id).has_value();
        if (is_committed(results[i])) CHECK(is_there);
        if (is_refused_at(results[i], 2)) CHECK_FALSE(is_there);
    }
}

/// Lets the operation of the plan fail at its 1st, 2nd, ... time within a group, until it is not
/// reached any more. Returns how many groups failed.
int fail_everywhere(FaultPlan plan) {
    int failed = 0;
    for (std::int64_t number = 1;; ++number) {
        CAPTURE(number);
        REQUIRE(number < 1'000);
        plan.number = number;
        Fragile fragile;
        const auto before = sign_up(fragile.store());
        const Group group(fragile.store());
        const auto results = commit_as_group(fragile.store(), group.commits, plan);
        const bool happened = heal_disk();

        check_answers(results);
        const bool is_done = is_committed(results[0]);
        failed += is_done ? 0 : 1;
        CHECK((happened || is_done));
        for (int restart = 0; restart < 2; ++restart) {
            CHECK(fragile.store().find_account(before.account.id) == before.account);
            check_stored(fragile.store(), group, results);
            if (restart == 0) fragile.reopen();
        }
        CHECK(is_committed(commit(fragile.store(), {CreateAccount{sample_account(fragile.store())}})
        ));
        if (!happened) return failed;
    }
}

}  // namespace

TEST_CASE("a full disk at any write of a group answers success to nobody in it") {
    const int failed = fail_everywhere({
        .operation = DiskOperation::write,
        .fault = DiskFault::full,
        .lasts = FaultLasts::once,
    });
    CHECK(failed >= 4);
}

TEST_CASE("an I/O error at any write of a group answers success to nobody in it") {
    const int failed = fail_everywhere({
        .operation = DiskOperation::write,
        .fault = DiskFault::broken,
        .lasts = FaultLasts::once,
    });
    CHECK(failed >= 4);
}

TEST_CASE("a sync that fails answers success to nobody, ends the process, and nothing after it") {
    Fragile fragile;
    const auto before = sign_up(fragile.store());
    const Group group(fragile.store());
    const auto results = commit_as_group(
        fragile.store(),
        group.commits,
        {.operation = DiskOperation::sync, .fault = DiskFault::broken, .number = 1}
    );
    CHECK(heal_disk());
    for (const auto& result : results) {
        CHECK(is_unknown(result));
    }
    CHECK(fragile.is_fatal());

    // on_fatal came back, which it does in tests only: nothing is taken any more.
    CHECK(is_unknown(commit(fragile.store(), {EndSession{SessionId(1)}})));
    CHECK_FALSE(fragile.store().is_healthy());
    CHECK_FALSE(fragile.store().save_setting("a", "b"));

    fragile.reopen();
    CHECK(fragile.store().find_account(before.account.id) == before.account);
    CHECK(fragile.store().is_healthy());
}

TEST_CASE("a full disk refuses writes and loses nothing, and when there is room all goes on") {
    Fragile fragile;
    const auto before = sign_up(fragile.store());
    plan_fault({
        .operation = DiskOperation::write,
        .fault = DiskFault::full,
        .lasts = FaultLasts::forever,
    });
    for (int i = 0; i < 5; ++i) {
        const auto session = sample_session(fragile.store(), before.account, day_one);
        CHECK(is_unknown(commit(fragile.store(), {OpenSession{session}})));
        CHECK_FALSE(fragile.store().find_session(session.id).has_value());
    }
    CHECK_FALSE(fragile.store().is_healthy());
    CHECK_FALSE(fragile.is_fatal());
    CHECK(fragile.store().find_account(before.account.id) == before.account);
    CHECK(fragile.store().delete_expired(day_one + std::chrono::hours(48)) == 0);

    CHECK(heal_disk());
    CHECK(fragile.store().is_healthy());
    const auto session = sample_session(fragile.store(), before.account, day_one);
    CHECK(is_committed(commit(fragile.store(), {OpenSession{session}})));
    fragile.reopen();
    CHECK(fragile.store().find_session(session.id).has_value());
}

TEST_CASE("ids end with an error, not with one that was not reserved, when the disk is full") {
    Fragile fragile;
    plan_fault({
        .operation = DiskOperation::write,
        .fault = DiskFault::full,
        .lasts = FaultLasts::forever,
    });
    std::int64_t last = 0;
    const auto use_up = [&] {
        for (int i = 0; i < 100'000; ++i) {
            last = fragile.store().next_id();
        }
    };
    CHECK_THROWS_AS(use_up(), store::ReadFailed);
    CHECK(heal_disk());
    CHECK(fragile.store().next_id() == last + 1);
    fragile.reopen();
    CHECK(fragile.store().next_id() > last + 1);
}
