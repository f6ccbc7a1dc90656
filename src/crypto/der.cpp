// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"

#include "latchkey/bytes.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace latchkey::crypto::der {
namespace {

constexpr unsigned long_form = 0x80;
constexpr std::byte sign_bit{0x80};

// X.690 section 8.1.2: two bits of class, one of form, five of tag number.
constexpr unsigned class_and_form = 0xe0;
constexpr unsigned context_and_constructed = 0xa0;
constexpr unsigned low_tag_number = 0x1f;  // all ones: the number follows

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

/// X.690 section 8.1.2: the identifier of a constructed element of the class for its context.
struct Identifier {
    std::size_t octets = 0;
    ContextTag tag;
};

std::optional<Identifier> read_context_tag(ByteView bytes) {
    if (bytes.empty()) return std::nullopt;
    const auto first = std::to_integer<unsigned>(bytes[0]);
    if ((first & class_and_form) != context_and_constructed) return std::nullopt;
    const unsigned low = first & low_tag_number;
    if (low != low_tag_number) return Identifier{1, {low}};
    std::uint32_t number = 0;
    for (std::size_t i = 1; i <= 2 && i < bytes.size(); ++i) {
        const auto octet = std::to_integer<unsigned>(bytes[i]);
        number = (number << 7U) | (octet & 0x7fU);
        if (number == 0) return std::nullopt;  // has a shorter form
        if ((octet & 0x80U) != 0) continue;
        if (number < low_tag_number) return std::nullopt;
        return Identifier{1 + i, {number}};
    }
    return std::nullopt;
}

/// A length and the contents that it counts.
void append_contents(Bytes& element, ByteView contents) {
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
}

}  // namespace

std::optional<ByteView> Reader::read(Tag tag) {
    if (rest_.empty() || rest_[0] != static_cast<std::byte>(tag)) return std::nullopt;
    return read_contents(1);
}

std::optional<TaggedElement> Reader::read_tagged() {
    const auto identifier = read_context_tag(rest_);
    if (!identifier) return std::nullopt;
    const auto contents = read_contents(identifier->octets);
    if (!contents) return std::nullopt;
    return TaggedElement{.tag = identifier->tag, .contents = *contents};
}

std::optional<ByteView> Reader::read(ContextTag tag) {
    const Reader before = *this;
    const auto element = read_tagged();
    if (element && element->tag == tag) return element->contents;
    *this = before;
    return std::nullopt;
}

std::optional<ByteView> Reader::read_contents(std::size_t identifier_size) {
    const auto length = read_length(rest_.subspan(identifier_size));
    if (!length) return std::nullopt;
    const std::size_t header = identifier_size + length->octets;
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
    append_contents(element, contents);
    return element;
}

Bytes write(ContextTag tag, ByteView contents) {
    Bytes element;
    if (tag.number < low_tag_number) {
        element.push_back(static_cast<std::byte>(context_and_constructed | tag.number));
    } else {
        element.push_back(static_cast<std::byte>(context_and_constructed | low_tag_number));
        const unsigned high = tag.number >> 7U;
        if (high != 0) element.push_back(static_cast<std::byte>(0x80U | high));
        element.push_back(static_cast<std::byte>(tag.number & 0x7fU));
    }
    append_contents(element, contents);
    return element;
}

Bytes write_object_identifier(std::string_view dotted) {
    std::vector<std::uint32_t> arcs;
    const char* position = dotted.data();
    const char* const end = position + dotted.size();
    while (true) {
        const auto [stopped, error] = std::from_chars(position, end, arcs.emplace_back());
        if (error != std::errc()) return {};
        if (stopped == end) break;
        if (*stopped != '.') return {};
        position = stopped + 1;
    }
    if (arcs.size() < 2 || arcs[0] > 2 || arcs[1] >= (arcs[0] == 2 ? 1'000U : 40U)) return {};
    // X.690 section 8.19.4: the first two numbers are one.
    arcs[1] += arcs[0] * 40;
    Bytes contents;
    for (const std::uint32_t arc : std::span(arcs).subspan(1)) {
        bool is_leading = true;
        for (unsigned shift = 28;; shift -= 7) {
            const std::uint32_t digit = (arc >> shift) & 0x7fU;
            is_leading = is_leading && digit == 0 && shift != 0;
            if (is_leading) continue;
            contents.push_back(static_cast<std::byte>(shift == 0 ? digit : digit | 0x80U));
            if (shift == 0) break;
        }
    }
    return contents;
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
