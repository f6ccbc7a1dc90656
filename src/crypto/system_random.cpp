// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/system_random.hpp"

#include <cstddef>
#include <span>

#include <openssl/rand.h>

#include "crypto/openssl.hpp"
#include "latchkey/result.hpp"

namespace latchkey::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
    LATCHKEY_ASSERT(RAND_priv_bytes_ex(nullptr, writable_octets(out), out.size(), 0) == 1);
}

}  // namespace latchkey::crypto
