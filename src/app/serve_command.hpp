// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/wiring.hpp"

#include <csignal>

namespace latchkey::app {

/// SIGTERM and SIGINT as the way to stop a server. Made before any thread is started.
class StopSignals {
public:
    StopSignals();

    /// Runs the application until one of the signals comes and what was in flight is finished. A
    /// second one ends the process at once.
    void run(Application& application) const;

private:
    sigset_t signals_{};
};

}  // namespace latchkey::app
