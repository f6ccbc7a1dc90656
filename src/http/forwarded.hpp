// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"

#include <optional>
#include <span>
#include <string>

namespace latchkey::http {

/// What proxies said, each the value of one (joined) header field; nullptr: not sent.
struct ForwardedFields {
    const std::string* forwarded = nullptr;          // Forwarded (RFC 7239)
    const std::string* x_forwarded_for = nullptr;    // addresses, the nearest hop last
    const std::string* x_forwarded_proto = nullptr;  // http or https
};

/// Who sent the request: from `peer` leftwards through the hops, the first that is no trusted
/// proxy. Fields of an untrusted peer are ignored. nullopt, to be refused with 400: a trusted peer
/// sent fields that cannot be read, that name no address where one is needed, or both Forwarded and
/// X-Forwarded-For and they name different clients (one of them is then the client's own words,
/// passed on by a proxy that knows only the other).
std::optional<Address> client_address(
    const Address& peer,
    const ForwardedFields& fields,
    std::span<const AddressRange> trusted_proxies
);

}  // namespace latchkey::http
