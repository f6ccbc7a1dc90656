// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/files.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "app/serve_command.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "app/wiring.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

// So that `latchkey user list --config DIR/latchkey.toml` works on the demo too.
std::string demo_config(const DemoOptions& options) {
    return fmt::format(
        "# Written by `latchkey demo` at each start.\n"
        "origin = \"http://localhost:{0}\"\n"
        "listen = \"127.0.0.1:{0}\"\n"
        "data = \".\"\n"
        "\n"
        "[brand]\n"
        "name = \"Latchkey demo\"\n"
        "\n"
        "[log]\n"
        "level = \"warning\"\n",
        options.port
    );
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// SSH_CONNECTION is "client-address client-port server-address server-port".
std::string tunnel_command(std::uint16_t port) {
    const std::string connection = variable("SSH_CONNECTION");
    if (connection.empty()) return {};
    std::string host = connection.substr(0, connection.rfind(' '));
    host = host.substr(host.rfind(' ') + 1);
    std::string user = variable("USER");
    if (user.empty()) user = "root";
    return fmt::format("ssh -L {0}:localhost:{0} {1}@{2}", port, user, host);
}

void print_greeting(const Config& config) {
    const std::string origin = config.origin.text();
    fmt::print("\nLatchkey is running.\n\n");
    fmt::print("  Open             {}/\n", origin);
    fmt::print("  Its mail is at   {}/demo/mail\n", origin);
    if (const std::string tunnel = tunnel_command(config.origin.port); !tunnel.empty()) {
        fmt::print("\n  You came by SSH: run this on your own machine first, then open it there:\n"
        );
        fmt::print("  {}\n", tunnel);
    }
    fmt::print("\nCtrl-C stops it. What it keeps is in {}\n\n", config.data);
    std::fflush(stdout);
}

}  // namespace

Exit demo(const DemoOptions& options) {
    const Signals signals(Hangup::stops);
    const std::string folder = std::filesystem::absolute(options.data).lexically_normal().string();
    if (const auto made = create_folder(folder); !made) return fail(made.error());
    const std::string file = folder + "/latchkey.toml";
    std::error_code ignored;  // if it cannot go, creating it says so
    std::filesystem::remove(file, ignored);
    if (const auto written = create_private_file(file, demo_config(options)); !written) {
        return fail(written.error());
    }
    auto loaded = load_config(file, {}, Needs::data);
    if (!loaded) {
        const Wrong& wrong = loaded.error().front().wrong;
        return fail(wrong);
    }
    const SystemClock clock;
    Log log(STDOUT_FILENO, loaded->config.log_level, clock);
    auto application = Application::create(
        std::move(loaded->config),
        {.mail = MailRoute::demo_mailbox, .clock_trust = ClockTrust::checked},
        log,
        clock
    );
    if (!application) return fail(application.error());
    print_greeting((*application)->config());
    signals.run(**application);
    return Exit::done;
}

}  // namespace latchkey::app
