// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

/// Writes CBOR for tests, item by item. Canonical where nothing else is said; a map is written in
/// the order in which it is given, so that tests can write a wrong one.
namespace latchkey::test::cbor {

Bytes integer(std::int64_t value);
Bytes bytes(ByteView value);
Bytes text(std::string_view value);
Bytes boolean(bool value);
Bytes array(const std::vector<Bytes>& items);
Bytes map(const std::vector<std::pair<Bytes, Bytes>>& pairs);

/// A head with the given major type and argument, in its shortest form.
Bytes head(unsigned major, std::uint64_t argument);

}  // namespace latchkey::test::cbor

namespace latchkey::test {

/// The concatenation of `parts`.
Bytes join(const std::vector<Bytes>& parts);

/// A copy of what `view` borrows.
Bytes copy_of(ByteView view);

/// The bytes of `text`.
Bytes copy_of(std::string_view text);

}  // namespace latchkey::test
