// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/jobs.hpp"

#include "base/clock.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

}  // namespace

TEST_CASE("Each job runs at once and then at its own pace") {
    std::vector<std::string> ran;
    Schedule schedule(
        {
            {.name = "fast", .every = 10s, .run = [&] { ran.emplace_back("fast"); }},
            {.name = "slow", .every = 25s, .run = [&] { ran.emplace_back("slow"); }},
        },
        {}
    );
    const SteadyPoint start{};
    CHECK(schedule.run_due(start) == 10s);
    CHECK(ran == std::vector<std::string>{"fast", "slow"});
    CHECK(schedule.run_due(start + 9'999ms) == 1ms);
    CHECK(ran.size() == 2);
    CHECK(schedule.run_due(start + 10s) == 10s);
    CHECK(schedule.run_due(start + 20s) == 5s);
    CHECK(schedule.run_due(start + 25s) == 5s);
    CHECK(ran == std::vector<std::string>{"fast", "slow", "fast", "fast", "slow"});
}

TEST_CASE("A job that cannot read the store is told, and neither it nor the others stop") {
    int ran = 0;
    std::vector<std::string> failures;
    Schedule schedule(
        {
            {.name = "failing", .every = 10s, .run = [] { throw store::ReadFailed{.code = 10}; }},
            {.name = "other", .every = 10s, .run = [&] { ++ran; }},
        },
        [&](const Job& job, int code) { failures.push_back(job.name + std::to_string(code)); }
    );
    schedule.run_due(SteadyPoint{});
    schedule.run_due(SteadyPoint{10s});
    CHECK(failures == std::vector<std::string>{"failing10", "failing10"});
    CHECK(ran == 2);
}

TEST_CASE("The thread runs what is due, and ends at once however long it would have waited") {
    std::promise<void> ran;
    Schedule schedule({{.name = "once", .every = 3'600s, .run = [&] { ran.set_value(); }}}, {});
    const test::FixedClock clock(from_milliseconds(1'000'000));
    const JobThread thread(schedule, clock);
    CHECK(ran.get_future().wait_for(10s) == std::future_status::ready);
}

}  // namespace latchkey::app
