// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The small parts of the HTTP grammar (RFC 9110 section 5.6). ASCII only, no locale.
namespace latchkey::http {

[[nodiscard]] constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::string to_lower(std::string_view text);

/// Equal but for the case of ASCII letters.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

/// C0 controls and DEL.
[[nodiscard]] constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// A non-empty `token`: what methods, header names and cookie names are made of.
[[nodiscard]] bool is_token(std::string_view text);

/// Without spaces and tabs at either end (OWS).
[[nodiscard]] std::string_view trim(std::string_view text);

/// Cuts `text` at the first `separator`: what stands before it is returned, `text` keeps what
/// follows. Without a separator all of it is returned, and nothing is kept.
[[nodiscard]] std::string_view take_until(std::string_view& text, char separator);

/// The weight that an item of a list such as "de; q=0.8" gives itself (RFC 9110 section 12.4.2), in
/// thousandths, 1,000 where it gives none; `item` keeps what is weighed. nullopt: malformed.
[[nodiscard]] std::optional<int> take_weight(std::string_view& item);

/// All pieces between separators, empty ones included: never none.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// Percent-decoding (RFC 3986 section 2.1). nullopt: a `%` without two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace latchkey::http
