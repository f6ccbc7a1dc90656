// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"

#include <csignal>

#include <signal.h>

int main(int count, char** arguments) {
    // A reader of our output who goes away is told to us by the write that fails.
    std::signal(SIGPIPE, SIG_IGN);
    return latchkey::app::run_command_line(count, arguments);
}
