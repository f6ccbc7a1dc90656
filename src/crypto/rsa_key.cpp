// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/rsa_key.hpp"

#include "crypto/der.hpp"
#include "crypto/limits.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <optional>

namespace latchkey::crypto {
namespace {

bool is_odd(ByteView magnitude) {
    return !magnitude.empty() && (magnitude.back() & std::byte{1}) == std::byte{1};
}

std::size_t bits_of(ByteView magnitude) {
    if (magnitude.empty()) return 0;
    std::size_t bits = magnitude.size() * 8;
    for (unsigned mask = 0x80; mask != 0; mask >>= 1U) {
        if ((std::to_integer<unsigned>(magnitude[0]) & mask) != 0) break;
        --bits;
    }
    return bits;
}

bool is_minimal(ByteView magnitude) {
    return !magnitude.empty() && magnitude[0] != std::byte{0};
}

bool is_acceptable(const RsaPublicKey& key) {
    const auto& [modulus, exponent] = key;
    if (!is_minimal(modulus) || !is_minimal(exponent)) return false;
    const std::size_t bits = bits_of(modulus);
    const bool is_one = exponent.size() == 1 && exponent[0] == std::byte{1};
    return bits >= limits::rsa_modulus_bits_min && bits <= limits::rsa_modulus_bits_max &&
           is_odd(modulus) && is_odd(exponent) && !is_one &&
           exponent.size() <= limits::rsa_exponent_bytes_max;
}

}  // namespace

std::optional<Bytes> write_rsa_public_key(const RsaPublicKey& key) {
    if (!is_acceptable(key)) return std::nullopt;
    Bytes numbers = der::write_unsigned(key.modulus);
    const Bytes exponent = der::write_unsigned(key.exponent);
    numbers.insert(numbers.end(), exponent.begin(), exponent.end());
    return der::write(der::Tag::sequence, numbers);
}

std::optional<RsaPublicKey> read_rsa_public_key(ByteView der) {
    der::Reader outer(der);
    const auto sequence = outer.read(der::Tag::sequence);
    if (!sequence || !outer.at_end()) return std::nullopt;
    der::Reader numbers(*sequence);
    const auto modulus = numbers.read_unsigned();
    const auto exponent = numbers.read_unsigned();
    if (!modulus || !exponent || !numbers.at_end()) return std::nullopt;
    const RsaPublicKey key{*modulus, *exponent};
    if (!is_acceptable(key)) return std::nullopt;
    return key;
}

}  // namespace latchkey::crypto
