// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/address.hpp"

#include "fuzz/target.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto text = text_of(input);
    if (const auto address = http::Address::parse(text)) {
        LATCHKEY_ASSERT(http::Address::parse(address->text()) == address);
        const auto network = http::AddressRange::parse(address->network());
        LATCHKEY_ASSERT(network && network->contains(*address));
    }
    if (const auto range = http::AddressRange::parse(text)) {
        LATCHKEY_ASSERT(range->prefix <= 128 && range->contains(range->address));
    }
}

}  // namespace latchkey::fuzz
