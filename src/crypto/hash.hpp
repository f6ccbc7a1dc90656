// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/secret.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

/// The functions of this page cannot fail by their input; if OpenSSL itself fails (no memory, no
/// such algorithm) they stop the process. Thread-safe.
namespace latchkey::crypto {

using Sha256 = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) over the concatenation of `parts`.
Sha256 sha256(std::initializer_list<ByteView> parts);

inline Sha256 sha256(ByteView bytes) {
    return sha256({bytes});
}

/// HMAC-SHA-256 (RFC 2104). Every part is preceded by its length (8 bytes, big-endian), so that
/// no two lists of parts give the same input.
Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

/// HKDF-SHA-256 (RFC 5869) without salt: one 32-byte key for one purpose.
SecretKey derive_key(const SecretKey& key, std::string_view purpose);

/// HKDF-Expand with SHA-256 (RFC 5869 section 2.3) of a key that is uniformly random already:
/// one 32-byte key for one `info`. The parts are joined as they are.
SecretKey expand_key(const SecretKey& key, std::initializer_list<ByteView> info);

}  // namespace latchkey::crypto
