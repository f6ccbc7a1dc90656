// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"

#include "latchkey/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace latchkey::crypto::der {
namespace {

constexpr unsigned long_form = 0x80;
constexpr std::byte sign_bit{0x80};

bool is_zero(std::byte byte) {
    return byte == std::byte{0};
}

/// How many bytes the length takes and what it says, or nullopt: cut short, indefinite, not
/// minimal, or beyond anything that is read here (four bytes of length).
struct Length {
    std::size_t octets = 0;
    std::size_t value = 0;
};

std::optional<Length> read_length(ByteView bytes) {
    if (bytes.empty()) return std::nullopt;
    const auto first = std::to_integer<unsigned>(bytes[0]);
    if (first < long_form) return Length{1, first};
    const std::size_t count = first & 0x7fU;
    if (count == 0 || count > 4 || bytes.size() <= count) return std::nullopt;
    std::size_t value = 0;
    for (const std::byte byte : bytes.subspan(1, count)) {
        value = (value << 8U) | std::to_integer<std::size_t>(byte);
    }
    if (value < long_form || is_zero(bytes[1])) return std::nullopt;
    return Length{1 + count, value};
}

}  // namespace

std::optional<ByteView> Reader::read(Tag tag) {
    if (rest_.empty() || rest_[0] != static_cast<std::byte>(tag)) return std::nullopt;
    const auto length = read_length(rest_.subspan(1));
    if (!length) return std::nullopt;
    const std::size_t header = 1 + length->octets;
    if (rest_.size() - header < length->value) return std::nullopt;
    const ByteView contents = rest_.subspan(header, length->value);
    rest_ = rest_.subspan(header + length->value);
    return contents;
}

std::optional<ByteView> Reader::read_unsigned() {
    const Reader before = *this;
    const auto contents = read(Tag::integer);
    const auto is_minimal = [](ByteView number) {
        return number.size() == 1 || !is_zero(number[0]) || (number[1] & sign_bit) == sign_bit;
    };
    if (!contents || contents->empty() || ((*contents)[0] & sign_bit) == sign_bit ||
        !is_minimal(*contents)) {
        *this = before;
        return std::nullopt;
    }
    return is_zero((*contents)[0]) ? contents->subspan(1) : *contents;
}

Bytes write(Tag tag, ByteView contents) {
    Bytes element{static_cast<std::byte>(tag)};
    if (contents.size() < long_form) {
        element.push_back(static_cast<std::byte>(contents.size()));
    } else {
        Bytes length;
        for (std::size_t rest = contents.size(); rest > 0; rest >>= 8U) {
            length.insert(length.begin(), static_cast<std::byte>(rest & 0xffU));
        }
        element.push_back(static_cast<std::byte>(long_form | length.size()));
        element.insert(element.end(), length.begin(), length.end());
    }
    element.insert(element.end(), contents.begin(), contents.end());
    return element;
}

Bytes write_unsigned(ByteView magnitude) {
    const auto first = std::ranges::find_if_not(magnitude, is_zero);
    Bytes contents(first, magnitude.end());
    if (contents.empty() || (contents[0] & sign_bit) == sign_bit) {
        contents.insert(contents.begin(), std::byte{0});
    }
    return write(Tag::integer, contents);
}

}  // namespace latchkey::crypto::der
