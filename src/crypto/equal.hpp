// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

namespace latchkey::crypto {

/// Whether both are equal, in a time that depends on their lengths only.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace latchkey::crypto
