// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/control_commands.hpp"
#include "app/control_socket.hpp"
#include "app/keyring.hpp"
#include "app/origin.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/result.hpp"
#include "store/row_macs.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::chrono::seconds answer_timeout{30};

void print_refused_row(const store::RefusedRow& row) {
    fmt::print(
        stderr,
        "latchkey: row {} of {} is not as Latchkey wrote it, and left out\n",
        row.row,
        store::name_of(row.table)
    );
}

Result<json::Value, Wrong> carry_out_here(const Config& config, const json::Value& request) {
    std::error_code error;
    if (!std::filesystem::exists(database_file(config), error)) {
        return Fail{Wrong{
            fmt::format("there is no database in {}", config.data),
            "name the configuration of your server with --config, or start it once"
        }};
    }
    const SystemClock clock;
    crypto::SystemRandom random;
    const auto store = TRY(open_store(config, clock, print_refused_row));
    const auto keyring = TRY(Keyring::open(
        {.key_file = config.key_file, .store = *store, .clock = clock, .random = random}
    ));
    return answer_command(
        {.store = *store, .clock = clock, .random = random, .keyring = *keyring}, request
    );
}

}  // namespace

Exit fail(const Wrong& wrong) {
    const Problem problem{.key = "", .wrong = wrong};
    fmt::print(stderr, "latchkey: {}\n", problem.text());
    return Exit::failed;
}

std::optional<Config> load_or_print(const std::string& config_file, Needs needs) {
    auto loaded = load_config(config_file, read_environment(), needs);
    if (loaded) {
        for (const std::string& note : loaded->notes) {
            fmt::print(stderr, "latchkey: {}\n", note);
        }
        return std::move(loaded).value().config;
    }
    for (const Problem& problem : loaded.error()) {
        fmt::print(stderr, "{}: {}\n", config_file, problem.text());
    }
    return std::nullopt;
}

Result<json::Value, Wrong> carry_out(const Config& config, const json::Value& request) {
    auto client = TRY(ControlClient::connect(control_socket_path(config.data)));
    json::Value answer =
        client ? TRY(client->ask(request, answer_timeout)) : TRY(carry_out_here(config, request));
    if (const json::Value* error = answer.find("error")) {
        const auto text = [error](std::string_view key) {
            const std::string* found = error->find_string(key);
            return found == nullptr ? std::string() : *found;
        };
        return Fail{Wrong{text("what"), text("mend")}};
    }
    return answer;
}

}  // namespace latchkey::app
