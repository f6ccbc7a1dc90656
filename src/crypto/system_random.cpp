// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/system_random.hpp"

#include "latchkey/result.hpp"

#include <cerrno>
#include <cstddef>
#include <span>

#include <sys/random.h>

namespace latchkey::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
    while (!out.empty()) {
        // Waits only while the machine starts, before the kernel has gathered entropy.
        const auto count = ::getrandom(out.data(), out.size(), 0);
        LATCHKEY_ASSERT(count > 0 || errno == EINTR);
        if (count > 0) out = out.subspan(static_cast<std::size_t>(count));
    }
}

}  // namespace latchkey::crypto
