// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::accounts {
namespace {

constexpr std::size_t address_bytes = 254;  // RFC 5321 4.5.3.1.3: a path of 256 with its brackets
constexpr std::size_t local_part_bytes = 64;
constexpr std::size_t label_bytes = 63;

bool is_letter_or_digit(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view white_space = " \t\n\f\r";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
    }
    return lower;
}

/// `1*( atext / "." )`
bool is_local_part(std::string_view text) {
    constexpr std::string_view others = ".!#$%&'*+/=?^_`{|}~-";
    if (text.empty() || text.size() > local_part_bytes) return false;
    return std::ranges::all_of(text, [others](char character) {
        return is_letter_or_digit(character) || others.find(character) != std::string_view::npos;
    });
}

/// `let-dig [ [ ldh-str ] let-dig ]`
bool is_label(std::string_view text) {
    if (text.empty() || text.size() > label_bytes) return false;
    if (text.front() == '-' || text.back() == '-') return false;
    return std::ranges::all_of(text, [](char character) {
        return is_letter_or_digit(character) || character == '-';
    });
}

bool is_domain(std::string_view text) {
    bool has_dot = false;
    std::string_view rest = text;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        has_dot = true;
        if (!is_label(rest.substr(0, dot))) return false;
        rest.remove_prefix(dot + 1);
    }
    return is_label(rest) && (has_dot || to_lower(rest) == "localhost");
}

}  // namespace

std::optional<EmailAddress> EmailAddress::parse(std::string_view text) {
    const std::string_view typed = trim(text);
    if (typed.size() > address_bytes) return std::nullopt;
    const std::size_t at = typed.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    if (!is_local_part(typed.substr(0, at)) || !is_domain(typed.substr(at + 1))) {
        return std::nullopt;
    }
    EmailAddress address;
    address.text_ = std::string(typed);
    address.canonical_ = to_lower(typed);
    return address;
}

std::string EmailAddress::masked() const {
    if (text_.empty()) return {};
    return text_.substr(0, 1) + "***" + text_.substr(text_.find('@'));
}

std::string_view EmailAddress::domain() const {
    const std::size_t at = canonical_.find('@');
    return at == std::string::npos ? std::string_view{}
                                   : std::string_view(canonical_).substr(at + 1);
}

}  // namespace latchkey::accounts
