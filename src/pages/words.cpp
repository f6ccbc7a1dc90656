// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/words.hpp"

#include "base/clock.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::pages {
namespace {

constexpr std::array<std::string_view, 12> months{
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December"
};

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

std::string wait_in_words(std::chrono::seconds wait) {
    using std::chrono::ceil;
    if (wait <= std::chrono::seconds(90)) return counted(wait.count(), "second", "seconds");
    if (wait <= std::chrono::minutes(90)) {
        return counted(ceil<std::chrono::minutes>(wait).count(), "minute", "minutes");
    }
    return counted(ceil<std::chrono::hours>(wait).count(), "hour", "hours");
}

std::string day_in_words(TimePoint time) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return fmt::format(
        "{} {} {}",
        static_cast<unsigned>(day.day()),
        months.at(static_cast<unsigned>(day.month()) - 1),
        static_cast<int>(day.year())
    );
}

std::string time_in_words(TimePoint time) {
    const std::chrono::hh_mm_ss of_day(time - std::chrono::floor<std::chrono::days>(time));
    return fmt::format(
        "{}, {:02}:{:02} UTC", day_in_words(time), of_day.hours().count(), of_day.minutes().count()
    );
}

}  // namespace latchkey::pages
