// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/serve_command.hpp"

#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/log.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "app/wiring.hpp"
#include "latchkey/result.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

namespace latchkey::app {

Signals::Signals(Hangup hangup) : hangup_(hangup) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGHUP);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    // Every thread that is started from here on inherits the mask.
    LATCHKEY_ASSERT(pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0);
}

void Signals::run(Application& application) const {
    const std::jthread server([&application] { application.run(); });
    const auto next = [this] {
        int signal = 0;
        LATCHKEY_ASSERT(sigwait(&signals_, &signal) == 0);
        return signal;
    };
    while (next() == SIGHUP && hangup_ == Hangup::reloads) {
        application.reload();
    }
    application.stop();
    // Whoever asks again does not want to wait for the requests in flight.
    LATCHKEY_ASSERT(pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr) == 0);
}

Exit serve(const std::string& config_file, ClockTrust clock_trust) {
    const Signals signals(Hangup::reloads);
    auto config = load_or_print(config_file, Needs::everything);
    if (!config) return Exit::configuration;
    const SystemClock clock;
    Log log(STDOUT_FILENO, config->log_level, clock);
    auto application = Application::create(
        *std::move(config), {.mail = MailRoute::smtp, .clock_trust = clock_trust}, log, clock
    );
    if (!application) return fail(application.error());
    signals.run(**application);
    return Exit::done;
}

}  // namespace latchkey::app
