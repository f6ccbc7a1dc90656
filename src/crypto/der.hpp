// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The part of DER (ITU-T X.690) that certificate extensions and bare keys need: universal tags
/// of one byte and explicit tags, definite and minimal lengths.
namespace latchkey::crypto::der {

enum class Tag : std::uint8_t {
    integer = 0x02,
    octet_string = 0x04,
    null = 0x05,
    enumerated = 0x0a,
    sequence = 0x30,
    set = 0x31,
};

/// The tag of an element that is tagged explicitly: `[number] EXPLICIT`.
struct ContextTag {
    std::uint32_t number = 0;

    bool operator==(const ContextTag&) const = default;
};

struct TaggedElement {
    ContextTag tag;
    ByteView contents;
};

/// Reads elements one after another. A read that fails leaves the reader where it was.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    /// The contents of the next element, if it has this tag.
    std::optional<ByteView> read(Tag tag);

    /// The next element, if it is tagged explicitly with a number below 2^14.
    std::optional<TaggedElement> read_tagged();

    /// The contents of the next element, if it has this explicit tag.
    std::optional<ByteView> read(ContextTag tag);

    /// The next element as an INTEGER that is not negative: its magnitude, big-endian, without
    /// leading zeros (so zero itself is empty).
    std::optional<ByteView> read_unsigned();

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    /// What follows an identifier of so many bytes: a length and as many contents.
    std::optional<ByteView> read_contents(std::size_t identifier_size);

    ByteView rest_;
};

/// One element.
Bytes write(Tag tag, ByteView contents);

/// One element that is tagged explicitly, with a number below 2^14.
Bytes write(ContextTag tag, ByteView contents);

/// The contents of an OBJECT IDENTIFIER, from its dotted form. Empty: not one, or a number of it
/// beyond 32 bits.
Bytes write_object_identifier(std::string_view dotted);

/// An INTEGER from a magnitude; leading zeros are dropped.
Bytes write_unsigned(ByteView magnitude);

}  // namespace latchkey::crypto::der
