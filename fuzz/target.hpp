// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

namespace latchkey::fuzz {

/// What a target does with one input: each file of this folder defines it. It must neither crash
/// nor hang, and what it asserts must hold for every input.
void run(ByteView input);

}  // namespace latchkey::fuzz
