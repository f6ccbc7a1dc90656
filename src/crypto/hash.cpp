// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/hash.hpp"

#include "base/secret.hpp"
#include "crypto/openssl.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/types.h>

namespace latchkey::crypto {
namespace {

/// Fetching an algorithm costs more than hashing a short input, so it is done once; what was
/// fetched never changes and is shared between threads.
EVP_MD* sha256_algorithm() {
    static const Owned<EVP_MD> algorithm(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
    LATCHKEY_ASSERT(algorithm != nullptr);
    return algorithm.get();
}

EVP_MAC* hmac_algorithm() {
    static const Owned<EVP_MAC> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    LATCHKEY_ASSERT(algorithm != nullptr);
    return algorithm.get();
}

/// A context that knows its hash but no key. Making one looks the hash up by name, which costs ten
/// times what a short MAC does: all others are copies.
const EVP_MAC_CTX* hmac_sha256_context() {
    static const Owned<EVP_MAC_CTX> context = [] {
        Owned<EVP_MAC_CTX> made(EVP_MAC_CTX_new(hmac_algorithm()));
        // OSSL_PARAM has no const form; the name is only read.
        std::array<char, 9> digest{"SHA2-256"};
        const std::array parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
            OSSL_PARAM_construct_end()
        };
        LATCHKEY_ASSERT(made != nullptr);
        require(EVP_MAC_CTX_set_params(made.get(), parameters.data()));
        return made;
    }();
    return context.get();
}

class Hmac {
public:
    explicit Hmac(ByteView key) : context_(EVP_MAC_CTX_dup(hmac_sha256_context())) {
        LATCHKEY_ASSERT(context_ != nullptr);
        require(EVP_MAC_init(context_.get(), octets(key), key.size(), nullptr));
    }

    void add(ByteView bytes) {
        require(EVP_MAC_update(context_.get(), octets(bytes), bytes.size()));
    }

    Sha256 finish() {
        Sha256 mac{};
        std::size_t size = 0;
        require(EVP_MAC_final(context_.get(), writable_octets(mac), &size, mac.size()));
        LATCHKEY_ASSERT(size == mac.size());
        return mac;
    }

private:
    Owned<EVP_MAC_CTX> context_;
};

std::array<std::byte, 8> big_endian(std::uint64_t value) {
    std::array<std::byte, 8> bytes{};
    for (std::size_t i = bytes.size(); i > 0; --i) {
        bytes[i - 1] = static_cast<std::byte>(value & 0xffU);
        value >>= 8U;
    }
    return bytes;
}

}  // namespace

Sha256 sha256(std::initializer_list<ByteView> parts) {
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    LATCHKEY_ASSERT(context != nullptr);
    require(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr));
    for (const ByteView part : parts) {
        require(EVP_DigestUpdate(context.get(), part.data(), part.size()));
    }
    Sha256 digest{};
    require(EVP_DigestFinal_ex(context.get(), writable_octets(digest), nullptr));
    return digest;
}

Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    Hmac hmac(key);
    for (const ByteView part : parts) {
        hmac.add(big_endian(part.size()));
        hmac.add(part);
    }
    return hmac.finish();
}

SecretKey expand_key(const SecretKey& key, std::initializer_list<ByteView> info) {
    // One block of HKDF-Expand (RFC 5869 section 2.3) is all of a 32-byte key.
    constexpr std::array first_block{std::byte{1}};
    Hmac hmac(key.reveal());
    for (const ByteView part : info) {
        hmac.add(part);
    }
    hmac.add(first_block);
    return SecretKey(hmac.finish());
}

SecretKey derive_key(const SecretKey& key, std::string_view purpose) {
    // HKDF-Extract without salt is HMAC under a key of zeros (RFC 5869 section 2.2).
    constexpr Sha256 no_salt{};
    Hmac extract(no_salt);
    extract.add(key.reveal());
    return expand_key(SecretKey(extract.finish()), {bytes_of(purpose)});
}

}  // namespace latchkey::crypto
