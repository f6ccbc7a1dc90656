// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "webauthn/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// Reads the CTAP2 canonical subset of CBOR (RFC 8949) without copying: definite and minimal
/// lengths, no tags, no key twice in a map, text in UTF-8. One rule of CTAP2 is checked by
/// `is_sorted` only: authenticators exist that write the keys of a map out of order.
namespace latchkey::webauthn::cbor {

enum class Error : std::uint8_t {
    truncated,       // the bytes end inside of an item
    trailing_bytes,  // something follows the item
    reserved,        // additional information 28 to 30, a break without a start, or f8 00-1f
    indefinite_length,
    not_minimal,  // an integer or length has a shorter form
    tagged,
    not_utf8,
    duplicate_key,
    too_deep,
    too_many,
};

enum class Type : std::uint8_t {
    unsigned_integer = 0,
    negative_integer = 1,
    bytes = 2,
    text = 3,
    array = 4,
    map = 5,
    simple_or_float = 7,
};

struct Limits {
    std::size_t depth = limits::cbor_depth;
    std::size_t items = limits::cbor_items;
};

/// One data item that was checked to its end. Borrows the bytes that it was parsed from.
class Item {
public:
    [[nodiscard]] Type type() const;

    /// The item as it is encoded, with all that it contains.
    [[nodiscard]] ByteView encoded() const { return encoded_; }

    /// An integer that 64 bits with a sign can hold; nullopt for others and other types.
    [[nodiscard]] std::optional<std::int64_t> as_integer() const;

    [[nodiscard]] std::optional<ByteView> as_bytes() const;

    [[nodiscard]] std::optional<std::string_view> as_text() const;

    [[nodiscard]] std::optional<bool> as_bool() const;

    /// Items of an array, or pairs of a map; 0 for other types.
    [[nodiscard]] std::size_t size() const;

    /// The value of a map under this key; nullopt also if it is no map.
    [[nodiscard]] std::optional<Item> find(std::string_view key) const;
    [[nodiscard]] std::optional<Item> find(std::int64_t key) const;

    /// Whether the keys of this map stand in the order of CTAP2 (shorter first, then bytewise).
    [[nodiscard]] bool is_sorted() const;

    /// Walks over the items of an array, or over the keys and values of a map in turn.
    class Children {
    public:
        explicit Children(const Item& parent);

        /// The next one, or nullopt after the last.
        std::optional<Item> next();

    private:
        ByteView rest_;
        std::size_t left_ = 0;
    };

    [[nodiscard]] Children children() const { return Children(*this); }

private:
    friend struct Parser;

    explicit Item(ByteView encoded) : encoded_(encoded) {}

    ByteView encoded_;
};

/// One item and what follows it.
struct Prefix {
    Item item;
    ByteView rest;
};

/// Reads the item that `bytes` starts with.
Result<Prefix, Error> parse_prefix(ByteView bytes, const Limits& limits = {});

/// Reads an item that is all of `bytes`.
Result<Item, Error> parse(ByteView bytes, const Limits& limits = {});

}  // namespace latchkey::webauthn::cbor
