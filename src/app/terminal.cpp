// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/terminal.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::app {

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 =
            byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (is_c1) ++i;
        out += byte < 0x20 || byte == 0x7F || is_c1 ? '?' : text[i];
    }
    return out;
}

}  // namespace latchkey::app
