// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/base32.hpp"

#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey {

std::string base32_encode(ByteView bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::byte byte : bytes) {
        pending = (pending << 8U) | std::to_integer<std::uint32_t>(byte);
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += alphabet[(pending >> bits) & 0x1fU];
        }
    }
    if (bits > 0) text += alphabet[(pending << (5 - bits)) & 0x1fU];
    return text;
}

}  // namespace latchkey
