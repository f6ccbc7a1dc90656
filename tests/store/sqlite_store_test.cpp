// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/sqlite_store.hpp"

#include "accounts/changes.hpp"
#include "latchkey/result.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"
#include "store/store.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fixed_clock.hpp"
#include "support/process.hpp"
#include "support/row_macs.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <ios>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace latchkey::test {

namespace {

class SqliteUnderTest final : public StoreUnderTest {
public:
    SqliteUnderTest() { open(); }

    store::Store& store() override { return *store_; }

    void reopen() override {
        store_.reset();
        open();
    }

private:
    void open() {
        auto opened = store::SqliteStore::open({
            .path = folder_.file("latchkey.db"),
            .clock = &clock,
            .longest_pause = std::chrono::microseconds(0),
        });
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        store_ = *std::move(opened);
        store_->use_keys(store_keys());
    }

    TemporaryFolder folder_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<SqliteUnderTest>();
}

}  // namespace latchkey::test

using namespace latchkey;
using namespace latchkey::test;

namespace {

/// A place for one database, and ways to look at it and to damage it from outside.
struct Outside {
    TemporaryFolder folder;
    FixedClock clock{day_one};
    std::string file = folder.file("latchkey.db");

    [[nodiscard]] auto open() const {
        auto opened = store::SqliteStore::open({.path = file, .clock = &clock});
        if (opened) (*opened)->use_keys(store_keys());
        return opened;
    }

    /// Why it cannot be opened. Says so in words, with a way out.
    [[nodiscard]] store::StoreError::Kind refusal() const {
        const auto opened = open();
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().what.find(folder.path()) != std::string::npos);
        CHECK_FALSE(opened.error().mend.empty());
        return opened.error().kind;
    }

    void run_sql(const char* sql) const {
        sqlite3* handle = nullptr;
        REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
        CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
        CHECK(sqlite3_close(handle) == SQLITE_OK);
    }

    [[nodiscard]] std::uintmax_t size_of(const char* suffix) const {
        return std::filesystem::file_size(file + suffix);
    }
};

}  // namespace

TEST_CASE("a data folder is made if it is missing, and its files are for their owner only") {
    Outside place;
    place.file = place.folder.path() + "/data/latchkey.db";
    const auto opened = place.open();
    REQUIRE(opened.has_value());
    using std::filesystem::perms;
    const auto mode = [](const std::string& path) {
        return std::filesystem::status(path).permissions();
    };
    CHECK(mode(place.folder.path() + "/data") == perms::owner_all);
    for (const char* suffix : {"", "-wal", "-shm"}) {
        CHECK(mode(place.file + suffix) == (perms::owner_read | perms::owner_write));
    }
}

TEST_CASE("a second server is refused while the first has the folder, and not after it") {
    const Outside place;
    auto first = place.open();
    REQUIRE(first.has_value());
    CHECK(place.refusal() == store::StoreError::Kind::locked);
    first = Fail{store::StoreError{}};
    CHECK(place.open().has_value());
}

TEST_CASE("files of other kinds and programs are refused and left as they are") {
    const Outside text;
    const std::string content(10'000, 'x');
    std::ofstream(text.file, std::ios::binary) << content;
    CHECK(text.refusal() == store::StoreError::Kind::not_a_database);
    CHECK(read_file(text.file) == content);

    const Outside foreign;
    foreign.run_sql("CREATE TABLE notes (text TEXT)");
    const auto before = read_file(foreign.file);
    CHECK(foreign.refusal() == store::StoreError::Kind::not_a_database);
    CHECK(read_file(foreign.file) == before);

    const Outside named;
    named.run_sql("PRAGMA application_id = 7");
    CHECK(named.refusal() == store::StoreError::Kind::not_a_database);
}

TEST_CASE("a database of a newer version, or of another build's migration, is refused") {
    const Outside newer;
    REQUIRE(newer.open().has_value());
    newer.run_sql("PRAGMA user_version = 1000");
    CHECK(newer.refusal() == store::StoreError::Kind::newer_schema);

    const Outside changed;
    REQUIRE(changed.open().has_value());
    changed.run_sql("UPDATE migrations SET sha256 = replace(hex(zeroblob(32)), '0', 'a')");
    CHECK(changed.refusal() == store::StoreError::Kind::changed_schema);
}

TEST_CASE("a folder that cannot be made is named") {
    Outside place;
    place.file = place.folder.path() + "/missing/as well/latchkey.db";
    CHECK(place.refusal() == store::StoreError::Kind::folder_unusable);
}

TEST_CASE("opening fails in words wherever the disk does, and works again afterwards") {
    register_faulty_vfs();
    for (const auto fault : {DiskFault::full, DiskFault::broken}) {
        for (std::int64_t number = 1;; ++number) {
            CAPTURE(number);
            REQUIRE(number < 1'000);
            const Outside place;
            plan_fault({.operation = DiskOperation::write, .fault = fault, .number = number});
            const auto opened = store::SqliteStore::open(
                {.path = place.file, .clock = &place.clock, .vfs = faulty_vfs}
            );
            if (!heal_disk()) {
                CHECK(opened.has_value());
                break;
            }
            REQUIRE_FALSE(opened.has_value());
            CHECK(
                opened.error().kind == (fault == DiskFault::full
                                            ? store::StoreError::Kind::disk_full
                                            : store::StoreError::Kind::failed)
            );
            CHECK(place.open().has_value());
        }
    }
}

TEST_CASE("the log is grown at the start, and neither use nor a restart makes it smaller") {
    const Outside place;
    auto opened = place.open();
    REQUIRE(opened.has_value());
    const auto grown = place.size_of("-wal");
    CHECK(grown >= 8'000'000);
    for (int i = 0; i < 20; ++i) {
        CHECK((*opened)->save_setting("filler", std::string(400'000, 'x')));
    }
    // 2,000 pages went through it: checkpoints let it start over instead of growing on.
    CHECK(place.size_of("-wal") < 2 * grown);
    opened = Fail{store::StoreError{}};
    CHECK(place.size_of("-wal") >= grown);
    CHECK(place.open().has_value());
}

TEST_CASE("a full queue answers Unknown at once, and what was queued is still done") {
    Outside place;
    auto opened =
        store::SqliteStore::open({.path = place.file, .clock = &place.clock, .queue_limit = 3});
    REQUIRE(opened.has_value());
    auto& store = **opened;
    store.use_keys(store_keys());
    const auto account = sign_up(store).account;
    std::array<std::promise<store::CommitResult>, 4> promises;
    // The writer is answering and takes nothing: three commits fit, the fourth does not.
    store.commit({}, [&](const store::CommitResult&) {
        for (auto& promise : promises) {
            store.commit(
                {.changes = {accounts::RequireEpoch{account.id, account.epoch}}},
                [&promise](store::CommitResult result) { promise.set_value(std::move(result)); }
            );
        }
    });
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(is_committed(promises.at(i).get_future().get()));
    }
    CHECK(is_unknown(promises.at(3).get_future().get()));
}

TEST_CASE("what is queued when the store closes is written and answered") {
    const Outside place;
    auto opened = place.open();
    REQUIRE(opened.has_value());
    const auto account = sign_up(**opened).account;
    std::atomic<int> committed{0};
    for (int i = 0; i < 50; ++i) {
        const auto session = sample_session(**opened, account, day_one);
        (*opened)->commit({.changes = {accounts::OpenSession{session}}}, [&](const auto& result) {
            if (is_committed(result)) ++committed;
        });
    }
    opened = Fail{store::StoreError{}};
    CHECK(committed == 50);
    const auto again = place.open();
    CHECK((*again)->list_sessions(account.id).size() == 50);
}
