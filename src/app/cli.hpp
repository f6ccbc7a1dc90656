// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <string>

namespace latchkey::app {

/// How a command ends: the exit status of the process.
enum class Exit : std::uint8_t {
    done = 0,
    failed = 1,         // standard error says what stood in the way, and the mend
    usage = 2,          // the command line is wrong
    configuration = 3,  // the configuration is wrong
};

/// Runs the command that the arguments name.
int run_command_line(int count, const char* const* arguments);

/// docs/reference/commands.md: the `--help` of every command, as Markdown.
std::string commands_reference();

}  // namespace latchkey::app
