// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/contract.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey::test;

TEST_CASE("ids rise, differ between threads, and are never given again after restarts") {
    const auto db = make_store_under_test();
    std::int64_t highest = 0;
    for (int restart = 0; restart < 4; ++restart) {
        std::vector<std::vector<std::int64_t>> given(4);
        std::vector<std::thread> threads;
        const auto next = [&] { return db->store().next_id(); };
        for (auto& mine : given) {
            mine.resize(8'000);
            threads.emplace_back([&] { std::ranges::generate(mine, next); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        std::set<std::int64_t> all;
        for (const auto& mine : given) {
            CHECK(std::ranges::is_sorted(mine));
            all.insert(mine.begin(), mine.end());
        }
        CHECK(all.size() == 32'000);
        CHECK(*all.begin() > highest);
        highest = *all.rbegin();
        db->reopen();
    }
}
