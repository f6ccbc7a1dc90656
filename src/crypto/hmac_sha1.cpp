// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/hmac_sha1.hpp"

#include "crypto/openssl.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <cstddef>

#include <openssl/evp.h>

namespace latchkey::crypto {

Sha1 hmac_sha1(ByteView key, ByteView message) {
    Sha1 mac{};
    std::size_t size = 0;
    const unsigned char* const made = EVP_Q_mac(
        nullptr,
        "HMAC",
        nullptr,
        "SHA1",
        nullptr,
        octets(key),
        key.size(),
        octets(message),
        message.size(),
        writable_octets(mac),
        mac.size(),
        &size
    );
    LATCHKEY_ASSERT(made != nullptr && size == mac.size());
    return mac;
}

}  // namespace latchkey::crypto
