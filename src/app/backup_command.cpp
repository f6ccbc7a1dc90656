// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "app/terminal.hpp"
#include "base/json.hpp"
#include "store/sqlite/backup.hpp"

#include <filesystem>
#include <string>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

std::filesystem::path absolute(const std::string& file) {
    return std::filesystem::absolute(file).lexically_normal();
}

void print_returned(const store::Restored& restored) {
    if (!restored.returned) {
        fmt::print("Passkeys that were removed since are back; which ones cannot be said.\n");
        return;
    }
    for (const store::ReturnedPasskey& passkey : *restored.returned) {
        fmt::print(
            "Back, though its owner removed it: {} of {} ({})\n",
            passkey.name.empty() ? "a passkey" : printable(passkey.name),
            printable(passkey.email),
            passkey.public_id
        );
    }
}

}  // namespace

Exit back_up(const std::string& config_file, const std::string& file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto done = store::back_up(database_file(*config), absolute(file));
    if (!done) return fail({done.error().what, done.error().mend});
    fmt::print("{} holds the database as it was a moment ago.\n", absolute(file).string());
    fmt::print(
        "It is of no use without the key file, {}: keep a copy of that in another place.\n",
        config->key_file
    );
    return Exit::done;
}

Exit restore(const std::string& config_file, const std::string& file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto keys = load_key_file(config->key_file);
    if (!keys) return fail(keys.error());
    const SystemClock clock;
    const auto done = store::restore({
        .backup = absolute(file),
        .database = database_file(*config),
        .clock = &clock,
        .key =
            {.setting = std::string(key_check_setting),
             .fits = [&keys](const std::string& value) { return keys_open(*keys, value); }},
    });
    if (!done) return fail({done.error().what, done.error().mend});
    fmt::print("{} accounts are restored from {}.\n", done->accounts, absolute(file).string());
    if (!done->replaced.empty()) {
        fmt::print("The database that stood there is now {}\n", done->replaced.string());
    }
    fmt::print("Everyone is signed out; codes and sign-ins under way are void.\n");
    print_returned(*done);
    fmt::print(
        "Password managers are told nothing until `latchkey signals enable`: the backup does not\n"
        "know the passkeys that were added after it, and they would be hidden from their owners.\n"
    );
    return Exit::done;
}

Exit enable_signals(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto answer = carry_out(*config, json::object({{"command", "signals.enable"}}));
    if (!answer) return fail(answer.error());
    fmt::print("Password managers are told again which passkeys are good.\n");
    return Exit::done;
}

}  // namespace latchkey::app
