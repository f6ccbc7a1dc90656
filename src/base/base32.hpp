// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <string>

namespace latchkey {

/// base32 without padding (RFC 4648 section 6): A-Z and 2-7, for what people type.
std::string base32_encode(ByteView bytes);

}  // namespace latchkey
