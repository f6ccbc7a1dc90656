// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace latchkey::http {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t v4_offset = v4_prefix.size();
constexpr int v4_prefix_bits = 96;

/// `address` with everything after its first `bits` bits cleared.
Address masked(Address address, int bits) {
    for (std::size_t i = 0; i < address.bytes.size(); ++i) {
        const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
        address.bytes[i] &= static_cast<std::uint8_t>(0xff00 >> kept);
    }
    return address;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string terminated(text);
    Address address;
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;

    std::ranges::copy(v4_prefix, address.bytes.begin());
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + v4_offset) == 1) {
        return address;
    }
    return std::nullopt;
}

bool Address::is_v4() const {
    return std::ranges::equal(v4_prefix, std::span(bytes).first<v4_offset>());
}

bool Address::is_loopback() const {
    if (is_v4()) return bytes[v4_offset] == 127;
    return *this == Address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
}

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const int family = is_v4() ? AF_INET : AF_INET6;
    const auto* from = bytes.data() + (is_v4() ? v4_offset : 0);
    inet_ntop(family, from, out.data(), out.size());
    return out.data();
}

std::string Address::network() const {
    if (is_v4()) return masked(*this, v4_prefix_bits + 24).text() + "/24";
    return masked(*this, 64).text() + "/64";
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    const auto address = Address::parse(host);
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return AddressRange{*address, 128};

    const auto digits = text.substr(slash + 1);
    const bool is_dotted = host.find(':') == std::string_view::npos;
    int bits = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), bits);
    if (error != std::errc{} || end != digits.end()) return std::nullopt;
    if (bits < 0 || bits > (is_dotted ? 32 : 128)) return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;

    if (is_dotted) bits += v4_prefix_bits;
    if (masked(*address, bits) != *address) return std::nullopt;
    return AddressRange{*address, static_cast<std::uint8_t>(bits)};
}

bool AddressRange::contains(const Address& other) const {
    return masked(other, prefix) == address;
}

}  // namespace latchkey::http
