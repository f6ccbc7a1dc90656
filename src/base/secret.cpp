// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/secret.hpp"

#include <cstddef>
#include <cstring>
#include <span>

namespace latchkey {

void wipe(std::span<std::byte> memory) {
    if (memory.empty()) return;
    std::memset(memory.data(), 0, memory.size());
    // The empty statement claims to read the memory, so the writes before it must happen.
    asm volatile("" : : "r"(memory.data()) : "memory");
}

}  // namespace latchkey
