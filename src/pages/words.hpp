// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "pages/render.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// A wait in words, rounded up: "30 seconds", "1 minute", "3 hours".
std::string wait_in_words(const Edition& edition, std::chrono::seconds wait);

/// A day in words, UTC: "22 November 2026".
std::string day_in_words(const Edition& edition, TimePoint time);

/// Day and time in words: "22 November 2026, 18:34 UTC".
std::string time_in_words(const Edition& edition, TimePoint time);

/// A name of accounts::browser_name in the language of the page: "Safari on Mac".
std::string browser_in_words(const Edition& edition, std::string_view browser);

/// A name of accounts::display_name, with what nobody gave in the language of the page: "Passkey on
/// Safari on iPhone". A name that people gave stays as it is, unless it is one of ours.
std::string passkey_in_words(const Edition& edition, const std::string& name);

/// What this system calls its face or fingerprint sensor, by a name of accounts::browser_name:
/// "Windows Hello". A guess that chooses a word, and nothing else.
std::string biometrics_in_words(const Edition& edition, std::string_view browser);

}  // namespace latchkey::pages
