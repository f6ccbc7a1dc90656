// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// The software authenticator as a program: one line of options on standard input (those of
/// create() have an `rp`, those of get() have none), one line of the response on standard output.
/// Ends with 1 when it has none to give.
///
/// Usage: software_authenticator ORIGIN
#include "base/json.hpp"
#include "support/authenticator.hpp"

#include <cstdio>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: software_authenticator ORIGIN\n", stderr);
        return 2;
    }
    latchkey::test::SoftwareAuthenticator authenticator;
    std::string options;
    while (std::getline(std::cin, options)) {
        const auto parsed = latchkey::json::parse(options);
        const bool is_create = parsed && parsed->find("rp") != nullptr;
        const auto response = is_create ? authenticator.create(options, argv[1])
                                        : authenticator.get(options, argv[1]);
        if (!response) return 1;
        std::cout << *response << '\n' << std::flush;
    }
    return 0;
}
