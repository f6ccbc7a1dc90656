// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/hash.hpp"

#include "base/encoding.hpp"
#include "base/secret.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

SecretKey key_of(std::uint8_t first) {
    std::array<std::byte, 32> key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        key.at(i) = static_cast<std::byte>(first + i);
    }
    return SecretKey(key);
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4, in one part or in many") {
    CHECK(
        hex_encode(sha256(ByteView())) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    CHECK(
        hex_encode(sha256(bytes_of("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    CHECK(sha256({bytes_of("a"), bytes_of(""), bytes_of("bc")}) == sha256(bytes_of("abc")));
}

TEST_CASE("HMAC-SHA-256 is RFC 2104 over the parts, each after its length of 8 bytes") {
    // Made with `(printf '\0\0\0\0\0\0\0\017'; printf 'what do ya want') |
    // openssl dgst -sha256 -mac HMAC -macopt key:Jefe`.
    const auto mac = hmac_sha256(bytes_of("Jefe"), {bytes_of("what do ya want")});
    CHECK(hex_encode(mac) == "70b07ae7ae2b8c6e203a0cc0e846f9621076721aadbdf294ef31ba8b345abd09");
}

TEST_CASE("No two lists of parts have the same HMAC input") {
    const auto key = bytes_of("key");
    const auto whole = hmac_sha256(key, {bytes_of("ab"), bytes_of("c")});
    CHECK(whole != hmac_sha256(key, {bytes_of("a"), bytes_of("bc")}));
    CHECK(whole != hmac_sha256(key, {bytes_of("abc")}));
    CHECK(whole != hmac_sha256(key, {bytes_of("ab"), bytes_of("c"), bytes_of("")}));
    CHECK(whole != hmac_sha256(bytes_of("kez"), {bytes_of("ab"), bytes_of("c")}));
}

TEST_CASE("A derived key is HKDF-SHA-256 of RFC 5869 without salt") {
    // Made with `openssl kdf -keylen 32 -kdfopt digest:SHA256 ... HKDF`.
    CHECK(
        hex_encode(derive_key(key_of(0), "sessions").reveal()) ==
        "13dd8acc63556782e6d935426089e901849b197a63c4383adc75b1f95e2c6125"
    );
}

TEST_CASE("Keys for two purposes, or from two keys, differ") {
    const auto key = key_of(1);
    CHECK(derive_key(key, "codes").reveal() != derive_key(key, "sessions").reveal());
    CHECK(derive_key(key, "codes").reveal() != derive_key(key_of(2), "codes").reveal());
}

}  // namespace latchkey::crypto
