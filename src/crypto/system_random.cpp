// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/system_random.hpp"

#include "crypto/openssl.hpp"

#include <cstddef>
#include <span>

#include <openssl/rand.h>

namespace latchkey::crypto {

void SystemRandom::fill(std::span<std::byte> out) {
    require(RAND_priv_bytes_ex(nullptr, writable_octets(out), out.size(), 0));
}

}  // namespace latchkey::crypto
