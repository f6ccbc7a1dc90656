// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/target.hpp"

#include "base/encoding.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace latchkey::http {

namespace {

/// pchar of RFC 3986 section 3.3, `/` and the `%` of a percent-encoding.
bool is_path_character(char c) {
    if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
    return std::string_view("-._~!$&'()*+,;=:@/%").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> decode_path(std::string_view path) {
    if (!path.starts_with('/') || !std::ranges::all_of(path, is_path_character)) {
        return std::nullopt;
    }
    auto decoded = percent_decode(path);
    if (!decoded || !is_utf8(*decoded)) return std::nullopt;
    if (std::ranges::any_of(*decoded, is_control)) return std::nullopt;
    if (decoded->find('\\') != std::string::npos) return std::nullopt;
    // More slashes than before: one was encoded.
    if (std::ranges::count(*decoded, '/') != std::ranges::count(path, '/')) return std::nullopt;

    const auto segments = split(std::string_view(*decoded).substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto segment = segments[i];
        if (segment == "." || segment == "..") return std::nullopt;
        if (segment.empty() && i + 1 < segments.size()) return std::nullopt;
    }
    return decoded;
}

bool is_query(std::string_view query) {
    return std::ranges::all_of(query, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

}  // namespace latchkey::http
