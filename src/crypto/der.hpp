// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <cstdint>
#include <optional>

/// The part of DER (ITU-T X.690) that certificate extensions and bare keys need: single-byte tags,
/// definite and minimal lengths.
namespace latchkey::crypto::der {

enum class Tag : std::uint8_t {
    integer = 0x02,
    octet_string = 0x04,
    sequence = 0x30,
};

/// Reads elements one after another. A read that fails leaves the reader where it was.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    /// The contents of the next element, if it has this tag.
    std::optional<ByteView> read(Tag tag);

    /// The next element as an INTEGER that is not negative: its magnitude, big-endian, without
    /// leading zeros (so zero itself is empty).
    std::optional<ByteView> read_unsigned();

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    ByteView rest_;
};

/// One element.
Bytes write(Tag tag, ByteView contents);

/// An INTEGER from a magnitude; leading zeros are dropped.
Bytes write_unsigned(ByteView magnitude);

}  // namespace latchkey::crypto::der
