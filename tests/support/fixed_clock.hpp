// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>

namespace latchkey::test {

/// A clock that stands until the test moves it. Thread-safe.
class FixedClock final : public Clock {
public:
    explicit FixedClock(TimePoint now) : milliseconds_(to_milliseconds(now)) {}

    [[nodiscard]] TimePoint now() const override { return from_milliseconds(milliseconds_); }

    [[nodiscard]] SteadyPoint steady_now() const override {
        return SteadyPoint(std::chrono::milliseconds(milliseconds_));
    }

    void advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

private:
    std::atomic<std::int64_t> milliseconds_;
};

}  // namespace latchkey::test
