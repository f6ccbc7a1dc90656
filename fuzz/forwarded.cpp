// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/forwarded.hpp"

#include "fuzz/target.hpp"
#include "http/address.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <array>
#include <string>
#include <string_view>

namespace latchkey::fuzz {

/// The input is what a client says; its proxy adds where that came from at the end.
void run(ByteView input) {
    const std::array proxies{http::AddressRange::parse("10.0.0.0/8").value()};
    const auto proxy = http::Address::parse("10.0.0.1").value();
    const auto stranger = http::Address::parse("192.0.2.1").value();
    const auto client = http::Address::parse("203.0.113.9");

    const std::string words(text_of(input));
    const std::string list = words + ", 203.0.113.9";
    const std::string elements = words + ", for=203.0.113.9";
    const auto by_list = http::client_address(proxy, {.x_forwarded_for = &list}, proxies);
    LATCHKEY_ASSERT(!by_list || by_list == client);
    const auto by_elements = http::client_address(proxy, {.forwarded = &elements}, proxies);
    LATCHKEY_ASSERT(!by_elements || by_elements == client);

    const http::ForwardedFields all{
        .forwarded = &words, .x_forwarded_for = &words, .x_forwarded_proto = &words
    };
    LATCHKEY_ASSERT(http::client_address(stranger, all, proxies) == stranger);
    static_cast<void>(http::client_address(proxy, all, proxies));
    static_cast<void>(http::client_address(proxy, {.x_forwarded_for = &words}, proxies));
    static_cast<void>(http::client_address(proxy, {.forwarded = &words}, proxies));
}

}  // namespace latchkey::fuzz
