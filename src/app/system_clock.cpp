// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/system_clock.hpp"

#include "base/clock.hpp"

#include <chrono>

namespace latchkey::app {

TimePoint SystemClock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SteadyPoint SystemClock::steady_now() const {
    return std::chrono::steady_clock::now();
}

}  // namespace latchkey::app
