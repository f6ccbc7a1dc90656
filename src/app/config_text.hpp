// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config_keys.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace latchkey::app::values {

inline constexpr std::size_t name_limit = 64;     // bytes of a brand or a sender's name
inline constexpr std::size_t path_limit = 1'024;  // bytes of a path

bool has_control_characters(std::string_view text);

/// Takes one line of text of at most `limit` bytes; an empty one is wrong.
std::optional<Wrong> set_text(std::string& target, const Given& given, std::size_t limit);

std::optional<Wrong> set_path(std::string& target, const Given& given);

/// A server of the operator's.
struct HostPort {
    std::string host;  // without brackets
    std::uint16_t port = 0;
};

/// `mail.example.com:587`, `192.0.2.1`, `[2001:db8::1]:587`; nothing before or after.
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t standard_port);

/// Whether the host is this machine.
bool is_loopback_host(std::string_view host);

/// A list that is longer than anyone needs is wrong.
std::optional<Wrong> check_list(const Given& given);

/// Takes one of a few words.
template <class Value, std::size_t Count>
std::optional<Wrong> choose(
    Value& target,
    const Given& given,
    const std::array<std::pair<std::string_view, Value>, Count>& choices
) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
        if (name == given.values.front()) {
            target = value;
            return std::nullopt;
        }
        names.push_back(fmt::format("\"{}\"", name));
    }
    return Wrong{
        fmt::format("is \"{}\"", given.values.front()),
        fmt::format("use one of {}", fmt::join(names, ", "))
    };
}

}  // namespace latchkey::app::values
