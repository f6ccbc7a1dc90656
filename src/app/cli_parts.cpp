// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli_parts.hpp"

#include "app/cli.hpp"

#include <CLI/CLI.hpp>

namespace latchkey::app {

CLI::App& add(
    CLI::App& parent, CommandLine& line, const CommandText& text, Exit (*run)(CommandLine&)
) {
    CLI::App* const command = parent.add_subcommand(text.name, text.what);
    command->footer(text.more);
    command->callback([&line, run] { line.chosen = [&line, run] { return run(line); }; });
    return *command;
}

CLI::App& add_group(CLI::App& parent, const CommandText& text) {
    CLI::App* const group = parent.add_subcommand(text.name, text.what);
    group->footer(text.more);
    group->require_subcommand(1);
    return *group;
}

void with_config(CLI::App& command, CommandLine& line) {
    command.add_option("--config", line.config, "The configuration file")
        ->type_name("FILE")
        ->envname("LATCHKEY_CONFIG")
        ->capture_default_str();
}

void with_json(CLI::App& command, CommandLine& line) {
    command.add_flag("--json", line.wants_json, "Print JSON, one object a line");
}

}  // namespace latchkey::app
