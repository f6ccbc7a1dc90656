// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/log.hpp"
#include "app/start_checks.hpp"
#include "base/clock.hpp"
#include "outbound/smtp_mailer.hpp"

#include <cstdint>
#include <memory>

namespace latchkey::app {

/// Where mail goes.
enum class MailRoute : std::uint8_t {
    smtp,
    demo_mailbox,  // kept in memory and shown at /demo/mail; `latchkey demo` only
};

struct StartOptions {
    MailRoute mail = MailRoute::smtp;
    ClockTrust clock_trust = ClockTrust::checked;
};

/// How mail leaves, as the mailer wants it. Copies the password.
outbound::SmtpOptions smtp_options(const SmtpConfig& smtp);

/// The running server, all of it: what main makes, runs and lets go.
class Application {
public:
    /// Makes everything in the order of its lifetime, or says in words what stands in the way.
    /// Takes the data folder for itself. `log` and `clock` outlive the application.
    static Result<std::unique_ptr<Application>, Wrong> create(
        Config config, StartOptions options, Log& log, const Clock& clock
    );

    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    Application(Application&&) = delete;
    Application& operator=(Application&&) = delete;
    ~Application();

    /// Serves until stop(), then finishes the requests in flight and the mail under way.
    void run();

    /// Thread-safe.
    void stop();

    /// Reads the TLS files again for new connections. If they are wrong, says so in the log and
    /// goes on with what it has. Thread-safe.
    void reload();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] const Config& config() const;

    struct Parts;

    /// For create() only: nobody else has Parts.
    explicit Application(std::unique_ptr<Parts> parts);

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace latchkey::app
