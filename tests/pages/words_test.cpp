// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/words.hpp"

#include <doctest/doctest.h>

namespace latchkey::pages {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("A wait is told in the unit that people use, rounded up") {
    CHECK(wait_in_words(seconds(1)) == "1 second");
    CHECK(wait_in_words(seconds(30)) == "30 seconds");
    CHECK(wait_in_words(seconds(91)) == "2 minutes");
    CHECK(wait_in_words(minutes(10)) == "10 minutes");
    CHECK(wait_in_words(minutes(91)) == "2 hours");
    CHECK(wait_in_words(hours(24)) == "24 hours");
}

TEST_CASE("Days and times are told in words, UTC") {
    const TimePoint time = from_milliseconds(1'795'372'440'000);
    CHECK(day_in_words(time) == "22 November 2026");
    CHECK(time_in_words(time) == "22 November 2026, 18:34 UTC");
}

}  // namespace
}  // namespace latchkey::pages
