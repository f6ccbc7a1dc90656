// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"

#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {
namespace {

constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view mail_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_in_alphabet = 0xff;

using CharacterValues = std::array<std::uint8_t, 256>;

constexpr CharacterValues values_of(std::string_view alphabet) {
    CharacterValues values{};
    values.fill(not_in_alphabet);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values.at(static_cast<unsigned char>(alphabet[i])) = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr CharacterValues url_values = values_of(url_alphabet);
constexpr CharacterValues mail_values = values_of(mail_alphabet);

std::string encode_with(std::string_view alphabet, ByteView bytes) {
    std::string text((bytes.size() * 4 + 2) / 3, '\0');
    auto next = text.begin();
    std::uint32_t pending = 0;
    int bits = 0;
    for (const std::byte byte : bytes) {
        pending = (pending << 8U) | std::to_integer<std::uint32_t>(byte);
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            *next++ = alphabet[(pending >> static_cast<unsigned>(bits)) & 0x3fU];
        }
    }
    if (bits > 0) *next = alphabet[(pending << static_cast<unsigned>(6 - bits)) & 0x3fU];
    return text;
}

/// Characters without padding, all of the alphabet.
std::optional<Bytes> decode_with(const CharacterValues& values, std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char character : text) {
        const std::uint8_t value = values.at(static_cast<unsigned char>(character));
        if (value == not_in_alphabet) return std::nullopt;
        pending = ((pending << 6U) | value) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::byte>((pending >> static_cast<unsigned>(bits)) & 0xffU)
            );
        }
    }
    if ((pending & ((1U << static_cast<unsigned>(bits)) - 1U)) != 0) return std::nullopt;
    return bytes;
}

int hex_value(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

bool is_between(std::string_view text, std::size_t at, unsigned low, unsigned high) {
    return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
           static_cast<unsigned char>(text[at]) <= high;
}

}  // namespace

std::string base64url_encode(ByteView bytes) {
    return encode_with(url_alphabet, bytes);
}

std::string base64_encode(ByteView bytes) {
    std::string text = encode_with(mail_alphabet, bytes);
    while (text.size() % 4 != 0) {
        text += '=';
    }
    return text;
}

std::optional<Bytes> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        text.remove_suffix(1);
    }
    return decode_with(mail_values, text);
}

std::optional<Bytes> base64url_decode(std::string_view text) {
    return decode_with(url_values, text);
}

std::string hex_encode(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        text += digits[value >> 4U];
        text += digits[value & 0x0fU];
    }
    return text;
}

std::optional<Bytes> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return bytes;
}

std::size_t utf8_length(std::string_view rest) {
    if (rest.empty()) return 0;
    const auto continues = [rest](std::size_t at, unsigned low, unsigned high) {
        return is_between(rest, at, low, high);
    };
    const unsigned first = static_cast<unsigned char>(rest.front());
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1, 0x80, 0xbf) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = first == 0xed ? 0x9f : 0xbf;
        return continues(1, low, high) && continues(2, 0x80, 0xbf) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned low = first == 0xf0 ? 0x90 : 0x80;
        const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
        const bool rest_continues = continues(2, 0x80, 0xbf) && continues(3, 0x80, 0xbf);
        return continues(1, low, high) && rest_continues ? 4 : 0;
    }
    return 0;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view unreserved_marks = "-._~/";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char character : text) {
        const bool is_letter = (character >= 'a' && character <= 'z') ||
                               (character >= 'A' && character <= 'Z') ||
                               (character >= '0' && character <= '9');
        if (is_letter || unreserved_marks.find(character) != std::string_view::npos) {
            encoded += character;
            continue;
        }
        const auto value = static_cast<unsigned char>(character);
        encoded += '%';
        encoded += digits[value >> 4U];
        encoded += digits[value & 0x0fU];
    }
    return encoded;
}

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        // Almost all text is ASCII: eight characters at a time.
        std::uint64_t eight = 0;
        while (bytes.size() >= sizeof eight) {
            std::memcpy(&eight, bytes.data(), sizeof eight);
            if ((eight & 0x8080'8080'8080'8080U) != 0) break;
            bytes.remove_prefix(sizeof eight);
        }
        if (bytes.empty()) return true;
        const std::size_t length = utf8_length(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

std::optional<std::u32string> code_points(std::string_view bytes) {
    std::u32string points;
    while (!bytes.empty()) {
        const std::size_t length = utf8_length(bytes);
        if (length == 0) return std::nullopt;
        const auto first = static_cast<unsigned char>(bytes.front());
        // A sequence of n bytes spends n + 1 bits of its first byte on saying so, ASCII one.
        std::uint32_t point = length == 1 ? first : first & (0x7fU >> length);
        for (const char next : bytes.substr(1, length - 1)) {
            point = (point << 6U) | (static_cast<unsigned char>(next) & 0x3fU);
        }
        points += static_cast<char32_t>(point);
        bytes.remove_prefix(length);
    }
    return points;
}

}  // namespace latchkey
