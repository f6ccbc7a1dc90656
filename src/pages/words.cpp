// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/words.hpp"

#include "accounts/authenticator_names.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "pages/render.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::pages {
namespace {

/// `words.<unit>_one` or `words.<unit>_other`: the plural forms of all our languages (CLDR) for
/// whole numbers below a million.
std::string counted(const Edition& edition, std::int64_t count, std::string_view unit) {
    return edition.words(
        fmt::format("{}_{}", unit, count == 1 ? "one" : "other"), json::object({{"count", count}})
    );
}

}  // namespace

std::string wait_in_words(const Edition& edition, std::chrono::seconds wait) {
    using std::chrono::ceil;
    if (wait <= std::chrono::seconds(90)) return counted(edition, wait.count(), "second");
    if (wait <= std::chrono::minutes(90)) {
        return counted(edition, ceil<std::chrono::minutes>(wait).count(), "minute");
    }
    return counted(edition, ceil<std::chrono::hours>(wait).count(), "hour");
}

std::string day_in_words(const Edition& edition, TimePoint time) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return edition.words(
        "day",
        json::object({
            {"day", static_cast<std::int64_t>(static_cast<unsigned>(day.day()))},
            {"month", edition.words(fmt::format("month_{}", static_cast<unsigned>(day.month())))},
            {"year", static_cast<std::int64_t>(static_cast<int>(day.year()))},
        })
    );
}

std::string time_in_words(const Edition& edition, TimePoint time) {
    const std::chrono::hh_mm_ss of_day(time - std::chrono::floor<std::chrono::days>(time));
    return fmt::format(
        "{}, {:02}:{:02} UTC",
        day_in_words(edition, time),
        of_day.hours().count(),
        of_day.minutes().count()
    );
}

std::string browser_in_words(const Edition& edition, std::string_view browser) {
    constexpr std::string_view on = " on ";
    if (browser == accounts::unknown_browser) return edition.words("browser_unknown");
    const auto at = browser.find(on);
    if (at == std::string_view::npos) return std::string(browser);
    return edition.words(
        "browser_on",
        json::object(
            {{"browser", browser.substr(0, at)}, {"system", browser.substr(at + on.size())}}
        )
    );
}

std::string passkey_in_words(const Edition& edition, const std::string& name) {
    if (name == accounts::unnamed_security_key) return edition.words("security_key");
    if (name == accounts::unnamed_passkey) return edition.words("passkey");
    if (accounts::is_browser_name(name)) return browser_in_words(edition, name);  // biometrics
    if (!name.starts_with(accounts::unnamed_passkey_on)) return name;
    const std::string_view browser =
        std::string_view(name).substr(accounts::unnamed_passkey_on.size());
    if (!accounts::is_browser_name(browser)) return name;
    return edition.words(
        "passkey_on", json::object({{"browser", browser_in_words(edition, browser)}})
    );
}

std::string biometrics_in_words(const Edition& edition, std::string_view browser) {
    if (browser.ends_with("iPhone") || browser.ends_with("iPad")) {
        return edition.words("biometrics_iphone");
    }
    if (browser.ends_with("Mac")) return "Touch ID";
    if (browser.ends_with("Windows")) return "Windows Hello";
    return edition.words("biometrics_other");
}

}  // namespace latchkey::pages
