// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <optional>

namespace latchkey::crypto {

struct RsaPublicKey {
    ByteView modulus;   // magnitude, big-endian
    ByteView exponent;  // magnitude, big-endian
};

/// RSAPublicKey (RFC 8017 A.1.1) in DER. nullopt: leading zeros, a modulus that is even or outside
/// of limits.hpp, an exponent that is even, below 3 or beyond limits.hpp.
std::optional<Bytes> write_rsa_public_key(const RsaPublicKey& key);

/// The reverse, with the same checks; the views point into `der`.
std::optional<RsaPublicKey> read_rsa_public_key(ByteView der);

}  // namespace latchkey::crypto
