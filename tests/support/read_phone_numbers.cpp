// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/phone_number.hpp"

#include <cstdio>
#include <iostream>
#include <string>

// Lines of COUNTRY, tab, number on standard input; each number as E.164 on standard output, or
// nothing. For tests/browser/interoperability/phone_numbers.test.mjs.
int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos) return 1;
        const auto number =
            latchkey::accounts::PhoneNumber::parse(line.substr(tab + 1), line.substr(0, tab));
        std::puts(number ? number->text().c_str() : "");
    }
    return 0;
}
