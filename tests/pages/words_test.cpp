// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/words.hpp"

#include "accounts/events.hpp"
#include "base/clock.hpp"
#include "pages/language.hpp"
#include "pages/render.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::pages {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Edition& edition(Language language) {
    static const std::unique_ptr<Renderer> renderer =
        Renderer::create({.name = "Example", .support = ""}).value();
    return renderer->in(language);
}

TEST_CASE("A wait is told in the unit that people use, rounded up") {
    const Edition& english = edition(Language::en);
    CHECK(wait_in_words(english, seconds(1)) == "1 second");
    CHECK(wait_in_words(english, seconds(30)) == "30 seconds");
    CHECK(wait_in_words(english, seconds(91)) == "2 minutes");
    CHECK(wait_in_words(english, minutes(10)) == "10 minutes");
    CHECK(wait_in_words(english, minutes(91)) == "2 hours");
    CHECK(wait_in_words(english, hours(24)) == "24 hours");
    CHECK(wait_in_words(edition(Language::de), minutes(10)) == "10 Minuten");
    CHECK(wait_in_words(edition(Language::fr), seconds(1)) == "1 seconde");
    CHECK(wait_in_words(edition(Language::ja), hours(3)) == "3 時間");
}

TEST_CASE("Days and times are told in words, UTC, in the order of the language") {
    const TimePoint time = from_milliseconds(1'795'372'440'000);
    CHECK(day_in_words(edition(Language::en), time) == "22 November 2026");
    CHECK(time_in_words(edition(Language::en), time) == "22 November 2026, 18:34 UTC");
    CHECK(day_in_words(edition(Language::de), time) == "22. November 2026");
    CHECK(day_in_words(edition(Language::es), time) == "22 de noviembre de 2026");
    CHECK(day_in_words(edition(Language::fr), time) == "22 novembre 2026");
    CHECK(day_in_words(edition(Language::ja), time) == "2026年11月22日");
}

TEST_CASE("Every language has words for every kind of event, each of its own") {
    for (const Language language : languages) {
        std::set<std::string> all;
        int kinds = 0;
        for (; accounts::name_of(static_cast<accounts::EventKind>(kinds)) != "unknown"; ++kinds) {
            const auto name = accounts::name_of(static_cast<accounts::EventKind>(kinds));
            all.insert(edition(language).words("event_" + std::string(name)));
        }
        CHECK(std::cmp_equal(all.size(), kinds));
        CHECK(kinds > static_cast<int>(accounts::EventKind::recovery_granted));
    }
}

TEST_CASE("Every language has every month and unit") {
    for (const Language language : languages) {
        for (int month = 0; month < 12; ++month) {
            const TimePoint time = from_milliseconds(0) + hours(24) * 31 * month;
            CHECK_FALSE(day_in_words(edition(language), time).empty());
        }
        for (const auto wait : {seconds(1), seconds(2), seconds(120), seconds(100'000)}) {
            CHECK_FALSE(wait_in_words(edition(language), wait).empty());
        }
    }
}

TEST_CASE("A browser is told in the language of the page") {
    CHECK(browser_in_words(edition(Language::en), "Safari on Mac") == "Safari on Mac");
    CHECK(browser_in_words(edition(Language::de), "Safari on Mac") == "Safari auf Mac");
    CHECK(browser_in_words(edition(Language::ja), "Firefox") == "Firefox");
    CHECK(browser_in_words(edition(Language::fr), "Unknown browser") == "Navigateur inconnu");
}

TEST_CASE("What nobody named is called in the language of the page, and what somebody did is not") {
    const auto in_german = [](const std::string& name) {
        return passkey_in_words(edition(Language::de), name);
    };
    CHECK(in_german("Security key") == "Sicherheitsschlüssel");
    CHECK(in_german("Passkey on Safari on iPhone") == "Passkey in Safari auf iPhone");
    CHECK(in_german("Passkey on Firefox") == "Passkey in Firefox");
    CHECK(in_german("Chrome on Android") == "Chrome auf Android");
    CHECK(passkey_in_words(edition(Language::ja), "Passkey") == "パスキー");
    for (const std::string given :
         {"Key on ring", "Passkey on my desk", "Passkey on Safari on loan", "1Password", "", " on "
         }) {
        CHECK(in_german(given) == given);
    }
}

}  // namespace
}  // namespace latchkey::pages
