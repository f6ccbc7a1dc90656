// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <netinet/in.h>
#include <sys/socket.h>

namespace latchkey::outbound {
namespace {

using Octets = std::span<const std::uint8_t>;

struct Range {
    std::array<std::uint8_t, 16> prefix{};
    std::size_t bits = 0;
};

bool contains(const Range& range, Octets address) {
    for (std::size_t bit = 0; bit < range.bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((address[bit / 8] ^ range.prefix.at(bit / 8)) & mask) != 0) return false;
    }
    return true;
}

bool is_public_ipv4(Octets address) {
    constexpr std::array<Range, 14> special{{
        {{0}, 8},             // this network
        {{10}, 8},            // private
        {{100, 64}, 10},      // a carrier's
        {{127}, 8},           // this machine
        {{169, 254}, 16},     // this link; cloud metadata
        {{172, 16}, 12},      // private
        {{192, 0, 0}, 24},    // protocol assignments
        {{192, 0, 2}, 24},    // documentation
        {{192, 88, 99}, 24},  // 6to4 relays
        {{192, 168}, 16},     // private
        {{198, 18}, 15},      // benchmarks
        {{198, 51, 100}, 24},
        {{203, 0, 113}, 24},
        {{224}, 3},  // multicast, reserved, broadcast
    }};
    return std::ranges::none_of(special, [address](const Range& range) {
        return contains(range, address);
    });
}

bool is_public_ipv6(Octets address) {
    constexpr Range nat64{{0x00, 0x64, 0xff, 0x9b}, 96};
    constexpr Range six_to_four{{0x20, 0x02}, 16};
    if (contains(nat64, address)) return is_public_ipv4(address.subspan(12));
    if (contains(six_to_four, address)) return is_public_ipv4(address.subspan(2, 4));
    constexpr Range global{{0x20}, 3};  // everything that is given out today
    constexpr Range documentation{{0x20, 0x01, 0x0d, 0xb8}, 32};
    constexpr Range teredo{{0x20, 0x01, 0x00, 0x00}, 32};
    return contains(global, address) && !contains(documentation, address) &&
           !contains(teredo, address);
}

}  // namespace

bool is_public_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &address, sizeof ipv4);
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &ipv4.sin_addr, octets.size());
        return is_public_ipv4(octets);
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 ipv6{};
        std::memcpy(&ipv6, &address, sizeof ipv6);
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), &ipv6.sin6_addr, octets.size());
        return is_public_ipv6(octets);
    }
    return false;
}

}  // namespace latchkey::outbound
