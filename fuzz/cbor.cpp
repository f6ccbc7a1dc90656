// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cbor.hpp"

#include "fuzz/target.hpp"
#include "latchkey/result.hpp"

#include <cstddef>

namespace latchkey::fuzz {
namespace {

using webauthn::cbor::Item;

/// Reads everything that can be read of an item; returns how many bytes its children take.
std::size_t visit(const Item& item) {
    static_cast<void>(item.as_integer());
    static_cast<void>(item.as_bytes());
    static_cast<void>(item.as_text());
    static_cast<void>(item.as_bool());
    static_cast<void>(item.find("fmt"));
    static_cast<void>(item.find(-1));
    static_cast<void>(item.is_sorted());
    std::size_t size = 0;
    auto children = item.children();
    while (const auto child = children.next()) {
        visit(*child);
        size += child->encoded().size();
    }
    return size;
}

}  // namespace

void run(ByteView input) {
    const auto prefix = webauthn::cbor::parse_prefix(input);
    const auto whole = webauthn::cbor::parse(input);
    LATCHKEY_ASSERT(whole.has_value() == (prefix.has_value() && prefix->rest.empty()));
    if (!prefix) return;
    LATCHKEY_ASSERT(prefix->item.encoded().size() + prefix->rest.size() == input.size());
    LATCHKEY_ASSERT(visit(prefix->item) < prefix->item.encoded().size());
    // What was accepted is accepted again by itself.
    LATCHKEY_ASSERT(webauthn::cbor::parse(prefix->item.encoded()).has_value());
}

}  // namespace latchkey::fuzz
