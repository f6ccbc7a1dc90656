// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::http {

/// An IP address. IPv4 is held as an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2).
struct Address {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<Address> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] std::string text() const;

    /// The network that limits count by: IPv4 /24 or IPv6 /64, as text ("192.0.2.0/24").
    [[nodiscard]] std::string network() const;

    bool operator==(const Address&) const = default;
};

/// An address range such as 10.0.0.0/8: for trusted proxies.
struct AddressRange {
    Address address;
    std::uint8_t prefix = 128;  // bits, counted in the 16-byte form

    /// "10.0.0.0/8", "::1", "192.0.2.7"; nullopt if it is none, or has bits set after its prefix.
    static std::optional<AddressRange> parse(std::string_view text);

    [[nodiscard]] bool contains(const Address& other) const;

    bool operator==(const AddressRange&) const = default;
};

}  // namespace latchkey::http
