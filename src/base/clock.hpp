// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <chrono>
#include <cstdint>

namespace latchkey {

/// Wall-clock time in UTC, to the millisecond: what is stored and compared.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// Time that never goes back: for deadlines inside one process.
using SteadyPoint = std::chrono::steady_clock::time_point;

/// Where the shell gets the time from. Pure code takes a `TimePoint now`. Thread-safe.
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    Clock(Clock&&) = delete;
    Clock& operator=(Clock&&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual SteadyPoint steady_now() const = 0;
};

/// Milliseconds since 1970-01-01T00:00:00Z: how times are stored.
inline std::int64_t to_milliseconds(TimePoint time) {
    return time.time_since_epoch().count();
}

inline TimePoint from_milliseconds(std::int64_t milliseconds) {
    return TimePoint(std::chrono::milliseconds(milliseconds));
}

}  // namespace latchkey
