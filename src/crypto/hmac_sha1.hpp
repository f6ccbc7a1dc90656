// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>

namespace latchkey::crypto {

using Sha1 = std::array<std::byte, 20>;

/// HMAC-SHA-1 (RFC 2104) of the message as it is. For RFC 4226 only: authenticator apps know no
/// other by default. Stops the process if OpenSSL itself fails. Thread-safe.
Sha1 hmac_sha1(ByteView key, ByteView message);

}  // namespace latchkey::crypto
