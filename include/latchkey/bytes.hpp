// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace latchkey {

/// Owned binary data.
using Bytes = std::vector<std::byte>;

/// Borrowed binary data: valid as long as what it points into.
using ByteView = std::span<const std::byte>;

/// The bytes of `text`, borrowed.
inline ByteView bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The characters of `bytes`, borrowed and not checked for any encoding.
inline std::string_view text_of(ByteView bytes) {
    // The one place where bytes are looked at as characters: char may alias every type.
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace latchkey
