// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <string>
#include <string_view>

namespace latchkey::app {

/// Text that people typed, for a terminal: control characters, by which it could be steered,
/// become question marks.
std::string printable(std::string_view text);

}  // namespace latchkey::app
