// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"

#include <string>

#include <fmt/core.h>

namespace latchkey::app {

Exit check_config(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::everything);
    if (!config) return Exit::configuration;
    fmt::print("{}: all is well. People reach it at {}\n", config_file, config->origin.text());
    return Exit::done;
}

Exit print_config_reference() {
    fmt::print("{}", config_reference());
    return Exit::done;
}

Exit print_commands_reference() {
    fmt::print("{}", commands_reference());
    return Exit::done;
}

}  // namespace latchkey::app
