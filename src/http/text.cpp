// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::http {

namespace {

/// tchar of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> is_token_character{};
    constexpr std::string_view characters =
        "!#$%&'*+-.^_`|~0123456789"
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char c : characters) {
        is_token_character.at(static_cast<unsigned char>(c)) = true;
    }
    return is_token_character;
}();

bool is_token_character(char c) {
    return token_characters.at(static_cast<unsigned char>(c));
}

/// The value of a hexadecimal digit, or -1.
int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = lower(c);
    if (small >= 'a' && small <= 'f') return small - 'a' + 10;
    return -1;
}

/// A qvalue: "0.8" is 800.
std::optional<int> thousandths(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1')) {
        return std::nullopt;
    }
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int value = text.front() - '0';
    for (std::size_t i = 2; i < 5; ++i) {
        const char digit = i < text.size() ? text[i] : '0';
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    return value <= 1'000 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_until(std::string_view& text, char separator) {
    const auto end = text.find(separator);
    const auto head = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return head;
}

std::optional<int> take_weight(std::string_view& item) {
    const auto semicolon = item.find(';');
    const std::string_view whole = item;
    item = trim(whole.substr(0, semicolon));
    if (semicolon == std::string_view::npos) return 1'000;
    const auto parameter = trim(whole.substr(semicolon + 1));
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return std::nullopt;
    return thousandths(parameter.substr(2));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    auto end = text.find(separator);
    while (end != std::string_view::npos) {
        pieces.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
        end = text.find(separator);
    }
    pieces.push_back(text);
    return pieces;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (true) {
        const auto plain = text.substr(0, text.find('%'));
        out += plain;
        text.remove_prefix(plain.size());
        if (text.empty()) return out;
        if (text.size() < 3) return std::nullopt;
        const int high = hex_value(text[1]);
        const int low = hex_value(text[2]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        text.remove_prefix(3);
    }
}

}  // namespace latchkey::http
