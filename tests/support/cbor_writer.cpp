// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/cbor_writer.hpp"

#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test::cbor {
namespace {

constexpr unsigned major_bytes = 2;
constexpr unsigned major_text = 3;
constexpr unsigned major_array = 4;
constexpr unsigned major_map = 5;

Bytes with_contents(Bytes head, ByteView contents) {
    head.insert(head.end(), contents.begin(), contents.end());
    return head;
}

}  // namespace

Bytes head(unsigned major, std::uint64_t argument) {
    const auto initial = [major](std::uint64_t additional) {
        return static_cast<std::byte>((major << 5U) | additional);
    };
    if (argument < 24) return {initial(argument)};
    unsigned exponent = 0;
    while (exponent < 3 && (argument >> (8U << exponent)) != 0) {
        ++exponent;
    }
    Bytes written{initial(24 + exponent)};
    for (unsigned shift = 8U << exponent; shift > 0; shift -= 8) {
        written.push_back(static_cast<std::byte>((argument >> (shift - 8)) & 0xffU));
    }
    return written;
}

Bytes integer(std::int64_t value) {
    if (value >= 0) return head(0, static_cast<std::uint64_t>(value));
    return head(1, static_cast<std::uint64_t>(-1 - value));
}

Bytes bytes(ByteView value) {
    return with_contents(head(major_bytes, value.size()), value);
}

Bytes text(std::string_view value) {
    return with_contents(head(major_text, value.size()), bytes_of(value));
}

Bytes boolean(bool value) {
    return {value ? std::byte{0xf5} : std::byte{0xf4}};
}

Bytes array(const std::vector<Bytes>& items) {
    return with_contents(head(major_array, items.size()), join(items));
}

Bytes map(const std::vector<std::pair<Bytes, Bytes>>& pairs) {
    Bytes written = head(major_map, pairs.size());
    for (const auto& [key, value] : pairs) {
        written = join({written, key, value});
    }
    return written;
}

}  // namespace latchkey::test::cbor

namespace latchkey::test {

Bytes join(const std::vector<Bytes>& parts) {
    Bytes whole;
    for (const Bytes& part : parts) {
        whole.insert(whole.end(), part.begin(), part.end());
    }
    return whole;
}

Bytes copy_of(ByteView view) {
    return {view.begin(), view.end()};
}

Bytes copy_of(std::string_view text) {
    return copy_of(bytes_of(text));
}

}  // namespace latchkey::test
