// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cbor.hpp"

#include "base/encoding.hpp"
#include "base/try.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace latchkey::webauthn::cbor {
namespace {

using enum Error;

/// Initial byte and argument of an item (RFC 8949 section 3).
struct Head {
    unsigned major = 0;
    unsigned additional = 0;
    std::uint64_t argument = 0;
    std::size_t size = 0;
};

constexpr unsigned major_text = 3;
constexpr unsigned major_map = 5;
constexpr unsigned major_tag = 6;
constexpr unsigned major_simple = 7;
constexpr std::byte simple_false{0xf4};
constexpr std::byte simple_true{0xf5};

/// The smallest argument that needs the form with this additional information.
constexpr std::uint64_t smallest_for(unsigned additional) {
    switch (additional) {
        case 24:
            return 24;
        case 25:
            return 0x100;
        case 26:
            return 0x1'0000;
        case 27:
            return 0x1'0000'0000;
        default:
            return 0;
    }
}

Result<Head, Error> read_head(ByteView bytes) {
    if (bytes.empty()) return Fail{truncated};
    const auto first = std::to_integer<unsigned>(bytes[0]);
    Head head{.major = first >> 5U, .additional = first & 0x1fU, .argument = 0, .size = 1};
    if (head.additional < 24) {
        head.argument = head.additional;
        return head;
    }
    if (head.additional == 31) {
        const bool has_indefinite_form = head.major >= 2 && head.major <= major_map;
        return Fail{has_indefinite_form ? indefinite_length : reserved};
    }
    if (head.additional > 27) return Fail{reserved};
    const std::size_t width = std::size_t{1} << (head.additional - 24U);
    if (bytes.size() <= width) return Fail{truncated};
    for (const std::byte byte : bytes.subspan(1, width)) {
        head.argument = (head.argument << 8U) | std::to_integer<std::uint64_t>(byte);
    }
    head.size = 1 + width;
    if (head.major == major_simple) {
        // What follows f8 is a simple value from 32 on; f9 to fb are floats, taken as they are.
        if (head.additional == 24 && head.argument < 32) return Fail{reserved};
        return head;
    }
    if (head.argument < smallest_for(head.additional)) return Fail{not_minimal};
    return head;
}

/// The head of an item that was checked before.
Head head_of(ByteView checked) {
    return read_head(checked).value();
}

bool has_children(const Head& head) {
    return head.major == static_cast<unsigned>(Type::array) || head.major == major_map;
}

/// Items directly inside: a pair of a map counts twice.
std::uint64_t children_of(const Head& head) {
    if (!has_children(head)) return 0;
    return head.major == major_map ? head.argument * 2 : head.argument;
}

/// The size of an item that was checked before.
std::size_t checked_size(ByteView bytes) {
    std::size_t size = 0;
    for (std::uint64_t left = 1; left > 0; --left) {
        const Head head = head_of(bytes.subspan(size));
        size += head.size;
        left += children_of(head);
        const bool is_string = head.major == 2 || head.major == major_text;
        if (is_string) size += static_cast<std::size_t>(head.argument);
    }
    return size;
}

/// CTAP2: shorter encodings first, those of equal length in bytewise order.
bool comes_before(ByteView a, ByteView b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::ranges::lexicographical_compare(a, b);
}

}  // namespace

/// Checks what it walks over. Recursion is bounded by Limits::depth.
struct Parser {
    Limits limits;
    std::size_t items = 0;

    /// Checks the item that `bytes` starts with; returns its size.
    Result<std::size_t, Error> check(ByteView bytes, std::size_t depth) {
        if (++items > limits.items) return Fail{too_many};
        const Head head = TRY(read_head(bytes));
        if (head.major == major_tag) return Fail{tagged};
        if (has_children(head)) {
            if (depth == limits.depth) return Fail{too_deep};
            // Each child takes a byte at least, so nothing larger can be complete.
            if (head.argument > bytes.size()) return Fail{truncated};
            return head.major == major_map ? check_map(bytes, head, depth)
                                           : check_array(bytes, head, depth);
        }
        const bool is_string = head.major == 2 || head.major == major_text;
        if (!is_string) return head.size;
        if (head.argument > bytes.size() - head.size) return Fail{truncated};
        const auto length = static_cast<std::size_t>(head.argument);
        if (head.major == major_text && !is_utf8(text_of(bytes.subspan(head.size, length)))) {
            return Fail{not_utf8};
        }
        return head.size + length;
    }

    Result<std::size_t, Error> check_array(ByteView bytes, const Head& head, std::size_t depth) {
        std::size_t size = head.size;
        for (std::uint64_t i = 0; i < head.argument; ++i) {
            size += TRY(check(bytes.subspan(size), depth + 1));
        }
        return size;
    }

    Result<std::size_t, Error> check_map(ByteView bytes, const Head& head, std::size_t depth) {
        std::size_t size = head.size;
        bool sorted = true;
        ByteView previous;
        for (std::uint64_t i = 0; i < head.argument; ++i) {
            const std::size_t key_size = TRY(check(bytes.subspan(size), depth + 1));
            const ByteView key = bytes.subspan(size, key_size);
            size += key_size;
            sorted = sorted && (i == 0 || comes_before(previous, key));
            previous = key;
            size += TRY(check(bytes.subspan(size), depth + 1));
        }
        // Every value has one encoding here, so equal keys are equal bytes; in order, they would
        // have been neighbours.
        if (!sorted && has_duplicate_key(bytes.first(size))) return Fail{duplicate_key};
        return size;
    }

    /// Quadratic, but over at most Limits::items keys and only for maps that are out of order.
    static bool has_duplicate_key(ByteView map) {
        auto children = Item(map).children();
        while (const auto key = children.next()) {
            children.next();
            auto others = children;
            while (const auto other = others.next()) {
                if (std::ranges::equal(key->encoded(), other->encoded())) return true;
                others.next();
            }
        }
        return false;
    }

    static Item make(ByteView encoded) { return Item(encoded); }
};

Type Item::type() const {
    return static_cast<Type>(head_of(encoded_).major);
}

std::optional<std::int64_t> Item::as_integer() const {
    const Head head = head_of(encoded_);
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (head.major > 1 || head.argument > largest) return std::nullopt;
    const auto value = static_cast<std::int64_t>(head.argument);
    return head.major == 0 ? value : -1 - value;
}

std::optional<ByteView> Item::as_bytes() const {
    if (type() != Type::bytes) return std::nullopt;
    return encoded_.subspan(head_of(encoded_).size);
}

std::optional<std::string_view> Item::as_text() const {
    if (type() != Type::text) return std::nullopt;
    return text_of(encoded_.subspan(head_of(encoded_).size));
}

std::optional<bool> Item::as_bool() const {
    if (encoded_[0] == simple_false) return false;
    if (encoded_[0] == simple_true) return true;
    return std::nullopt;
}

std::size_t Item::size() const {
    const Head head = head_of(encoded_);
    return has_children(head) ? static_cast<std::size_t>(head.argument) : 0;
}

std::optional<Item> Item::find(std::string_view key) const {
    if (type() != Type::map) return std::nullopt;
    auto members = children();
    while (const auto name = members.next()) {
        const auto value = members.next();
        if (name->as_text() == key) return value;
    }
    return std::nullopt;
}

std::optional<Item> Item::find(std::int64_t key) const {
    if (type() != Type::map) return std::nullopt;
    auto members = children();
    while (const auto label = members.next()) {
        const auto value = members.next();
        if (label->as_integer() == key) return value;
    }
    return std::nullopt;
}

bool Item::is_sorted() const {
    auto members = children();
    std::optional<Item> previous;
    while (const auto key = members.next()) {
        if (previous && !comes_before(previous->encoded(), key->encoded())) return false;
        previous = key;
        members.next();
    }
    return true;
}

Item::Children::Children(const Item& parent) {
    const Head head = head_of(parent.encoded());
    rest_ = parent.encoded().subspan(head.size);
    left_ = static_cast<std::size_t>(children_of(head));
}

std::optional<Item> Item::Children::next() {
    if (left_ == 0) return std::nullopt;
    --left_;
    const std::size_t size = checked_size(rest_);
    const Item item = Parser::make(rest_.first(size));
    rest_ = rest_.subspan(size);
    return item;
}

Result<Prefix, Error> parse_prefix(ByteView bytes, const Limits& limits) {
    Parser parser{.limits = limits};
    const std::size_t size = TRY(parser.check(bytes, 0));
    return Prefix{.item = Parser::make(bytes.first(size)), .rest = bytes.subspan(size)};
}

Result<Item, Error> parse(ByteView bytes, const Limits& limits) {
    const Prefix prefix = TRY(parse_prefix(bytes, limits));
    if (!prefix.rest.empty()) return Fail{trailing_bytes};
    return prefix.item;
}

}  // namespace latchkey::webauthn::cbor
