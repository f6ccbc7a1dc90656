// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/sqlite_store.hpp"

#include "store/contract.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

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
    }

    TemporaryFolder folder_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace

std::unique_ptr<StoreUnderTest> make_store_under_test() {
    return std::make_unique<SqliteUnderTest>();
}

}  // namespace latchkey::test
