// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/equal.hpp"

#include "latchkey/bytes.hpp"

#include <openssl/crypto.h>

namespace latchkey::crypto {

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace latchkey::crypto
