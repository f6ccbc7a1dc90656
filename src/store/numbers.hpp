// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace latchkey::store {

/// A number as 8 bytes, big-endian: how what is hashed writes it.
inline std::array<std::byte, 8> number(std::int64_t value) {
    std::array<std::byte, 8> bytes{};
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = bytes.size(); i > 0; --i) {
        bytes[i - 1] = static_cast<std::byte>(rest & 0xffU);
        rest >>= 8U;
    }
    return bytes;
}

}  // namespace latchkey::store
