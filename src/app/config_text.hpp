// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config_keys.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::app::values {

inline constexpr std::size_t name_limit = 64;     // bytes of a brand or a sender's name
inline constexpr std::size_t path_limit = 1'024;  // bytes of a path

bool has_control_characters(std::string_view text);

/// Takes one line of text of at most `limit` bytes; an empty one is wrong.
std::optional<Wrong> set_text(std::string& target, const Given& given, std::size_t limit);

std::optional<Wrong> set_path(std::string& target, const Given& given);

}  // namespace latchkey::app::values
