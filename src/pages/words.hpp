// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <string>

namespace latchkey::pages {

/// A wait in words, rounded up: "30 seconds", "1 minute", "3 hours".
std::string wait_in_words(std::chrono::seconds wait);

/// A day in words, UTC: "22 November 2026".
std::string day_in_words(TimePoint time);

/// Day and time in words: "22 November 2026, 18:34 UTC".
std::string time_in_words(TimePoint time);

}  // namespace latchkey::pages
