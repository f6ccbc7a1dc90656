// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_text.hpp"

#include "app/config_keys.hpp"
#include "app/origin.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::app::values {

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

std::optional<Wrong> set_text(std::string& target, const Given& given, std::size_t limit) {
    const std::string& text = given.values.front();
    if (text.empty()) return Wrong{"is empty", "give it a value, or leave the key out"};
    if (text.size() > limit || has_control_characters(text)) {
        return Wrong{
            fmt::format("is longer than {} bytes or holds control characters", limit),
            "use one short line of text"
        };
    }
    target = text;
    return std::nullopt;
}

std::optional<Wrong> set_path(std::string& target, const Given& given) {
    return set_text(target, given, path_limit);
}

std::optional<Wrong> check_list(const Given& given) {
    constexpr std::size_t list_limit = 100;
    if (given.values.size() <= list_limit) return std::nullopt;
    return Wrong{
        fmt::format("has {} entries", given.values.size()),
        fmt::format("at most {} are looked at", list_limit)
    };
}

}  // namespace latchkey::app::values
