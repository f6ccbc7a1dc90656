// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_text.hpp"

#include "app/config_keys.hpp"
#include "app/origin.hpp"
#include "http/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

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

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || rest != end || port == 0) return std::nullopt;
    return port;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t standard_port) {
    HostPort found{.host = {}, .port = standard_port};
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        found.host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
        if (!http::Address::parse(found.host)) return std::nullopt;
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        found.host = text.substr(0, colon);
        rest = text.substr(colon);
        if (!is_domain(found.host) && !http::Address::parse(found.host)) return std::nullopt;
    }
    if (rest.empty()) return found;
    const auto port = parse_port(rest.substr(1));
    if (rest.front() != ':' || !port) return std::nullopt;
    found.port = *port;
    return found;
}

bool is_loopback_host(std::string_view host) {
    const auto address = http::Address::parse(host);
    return host == "localhost" || (address && address->is_loopback());
}

}  // namespace latchkey::app::values
