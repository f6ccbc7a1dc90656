// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/wiring.hpp"

#include <csignal>
#include <cstdint>

namespace latchkey::app {

/// What SIGHUP says: to a service, to read its files again; to a demo, that its terminal is gone.
enum class Hangup : std::uint8_t { reloads, stops };

/// SIGTERM and SIGINT as the way to stop a server, and SIGHUP. Made before any thread is started.
class Signals {
public:
    explicit Signals(Hangup hangup);

    /// Runs the application until a signal stops it and what was in flight is finished. A second
    /// one ends the process at once.
    void run(Application& application) const;

private:
    Hangup hangup_;
    sigset_t signals_{};
};

}  // namespace latchkey::app
