// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"

namespace latchkey::app {

/// The machine's clocks: the one place where the program asks what time it is.
class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override;
    [[nodiscard]] SteadyPoint steady_now() const override;
};

}  // namespace latchkey::app
