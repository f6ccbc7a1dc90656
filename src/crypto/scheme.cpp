// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/scheme.hpp"

#include "crypto/limits.hpp"
#include "crypto/openssl.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/types.h>

namespace latchkey::crypto {
namespace {

using enum SignatureAlgorithm;
using Hash = HashAlgorithm;

constexpr Scheme on_curve(
    SignatureAlgorithm algorithm, const char* group, HashAlgorithm hash, std::size_t point_size
) {
    return {algorithm, KeyKind::curve_point, "EC", group, hash, 0, point_size, 0};
}

constexpr Scheme with_rsa(SignatureAlgorithm algorithm, HashAlgorithm hash, int padding) {
    return {algorithm, KeyKind::rsa, "RSA", nullptr, hash, padding, 0, 0};
}

constexpr Scheme by_itself(
    SignatureAlgorithm algorithm,
    KeyKind kind,
    const char* type,
    std::size_t key_size,
    std::size_t signature_size
) {
    return {algorithm, kind, type, nullptr, std::nullopt, 0, key_size, signature_size};
}

// In the order of the enumeration, so that an algorithm is its own index.
constexpr auto schemes = std::to_array<Scheme>({
    on_curve(ecdsa_p256_sha256, SN_X9_62_prime256v1, Hash::sha256, 65),
    on_curve(ecdsa_p384_sha384, SN_secp384r1, Hash::sha384, 97),
    on_curve(ecdsa_p521_sha512, SN_secp521r1, Hash::sha512, 133),
    on_curve(ecdsa_secp256k1_sha256, SN_secp256k1, Hash::sha256, 65),
    by_itself(ed25519, KeyKind::edwards, "ED25519", 32, 64),
    by_itself(ed448, KeyKind::edwards, "ED448", 57, 114),
    with_rsa(rsa_pkcs1_sha1, Hash::sha1, RSA_PKCS1_PADDING),
    with_rsa(rsa_pkcs1_sha256, Hash::sha256, RSA_PKCS1_PADDING),
    with_rsa(rsa_pkcs1_sha384, Hash::sha384, RSA_PKCS1_PADDING),
    with_rsa(rsa_pkcs1_sha512, Hash::sha512, RSA_PKCS1_PADDING),
    with_rsa(rsa_pss_sha256, Hash::sha256, RSA_PKCS1_PSS_PADDING),
    with_rsa(rsa_pss_sha384, Hash::sha384, RSA_PKCS1_PSS_PADDING),
    with_rsa(rsa_pss_sha512, Hash::sha512, RSA_PKCS1_PSS_PADDING),
    by_itself(ml_dsa_44, KeyKind::ml_dsa, "ML-DSA-44", 1'312, 2'420),
    by_itself(ml_dsa_65, KeyKind::ml_dsa, "ML-DSA-65", 1'952, 3'309),
    by_itself(ml_dsa_87, KeyKind::ml_dsa, "ML-DSA-87", 2'592, 4'627),
});

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        if (static_cast<std::size_t>(schemes.at(i).algorithm) != i) return false;
    }
    return schemes.back().algorithm == ml_dsa_87;
}

static_assert(is_in_order());

Owned<BIGNUM> number_from(ByteView magnitude) {
    return Owned<BIGNUM>(BN_bin2bn(octets(magnitude), static_cast<int>(magnitude.size()), nullptr));
}

Owned<EVP_PKEY> public_key_from(const char* type, OSSL_PARAM* parameters) {
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        return nullptr;
    }
    return Owned<EVP_PKEY>(made);
}

Owned<EVP_PKEY> point_object(const Scheme& scheme, ByteView point) {
    std::string group = scheme.group;  // OSSL_PARAM has no const form; both are only read
    Bytes encoded(point.begin(), point.end());
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()),
        OSSL_PARAM_construct_end()
    };
    return public_key_from(scheme.type, parameters.data());
}

Owned<EVP_PKEY> rsa_object(const Scheme& scheme, ByteView der) {
    const auto key = read_rsa_public_key(der);
    if (!key) return nullptr;
    const auto modulus = number_from(key->modulus);
    const auto exponent = number_from(key->exponent);
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    if (modulus == nullptr || exponent == nullptr || builder == nullptr) return nullptr;
    if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    return parameters == nullptr ? nullptr : public_key_from(scheme.type, parameters.get());
}

std::optional<Bytes> number_of(const EVP_PKEY* key, const char* name) {
    BIGNUM* read = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return std::nullopt;
    const Owned<BIGNUM> number(read);
    Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), writable_octets(magnitude));
    return magnitude;
}

std::optional<Bytes> point_bytes(const EVP_PKEY* key, const Scheme& scheme) {
    const auto x = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X);
    const auto y = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y);
    const std::size_t coordinate = scheme.key_size / 2;
    if (!x || !y || x->size() > coordinate || y->size() > coordinate) return std::nullopt;
    Bytes point(scheme.key_size);
    point[0] = std::byte{0x04};
    std::ranges::copy_backward(*x, point.end() - static_cast<std::ptrdiff_t>(coordinate));
    std::ranges::copy_backward(*y, point.end());
    return point;
}

std::optional<Bytes> rsa_bytes(const EVP_PKEY* key) {
    const auto modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
    const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) return std::nullopt;
    return write_rsa_public_key({.modulus = *modulus, .exponent = *exponent});
}

std::optional<Bytes> raw_bytes(const EVP_PKEY* key, const Scheme& scheme) {
    Bytes bytes(scheme.key_size);
    std::size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key, writable_octets(bytes), &size) != 1) return std::nullopt;
    return size == bytes.size() ? std::optional(bytes) : std::nullopt;
}

bool is_on(const EVP_PKEY* key, std::string_view group) {
    std::array<char, 32> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return false;
    return std::string_view(name.data(), length) == group;
}

bool has_rsa_size(const EVP_PKEY* key) {
    const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
    return bits >= limits::rsa_modulus_bits_min && bits <= limits::rsa_modulus_bits_max;
}

/// RFC 8230 section 2: the salt is as long as the hash. MGF1 has the same hash by itself.
bool set_padding(EVP_PKEY_CTX* context, int padding) {
    if (EVP_PKEY_CTX_set_rsa_padding(context, padding) != 1) return false;
    return padding != RSA_PKCS1_PSS_PADDING ||
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

const Scheme& scheme_of(SignatureAlgorithm algorithm) {
    return schemes.at(static_cast<std::size_t>(algorithm));
}

const char* name_of(HashAlgorithm hash) {
    switch (hash) {
        case Hash::sha1:
            return "SHA1";
        case Hash::sha256:
            return "SHA2-256";
        case Hash::sha384:
            return "SHA2-384";
        case Hash::sha512:
            return "SHA2-512";
    }
    return nullptr;
}

bool has_form(const Scheme& scheme, ByteView key) {
    if (scheme.kind == KeyKind::rsa) return read_rsa_public_key(key).has_value();
    if (key.size() != scheme.key_size) return false;
    return scheme.kind != KeyKind::curve_point || key[0] == std::byte{0x04};
}

Owned<EVP_PKEY> key_object(const Scheme& scheme, ByteView key) {
    if (scheme.kind == KeyKind::curve_point) return point_object(scheme, key);
    if (scheme.kind == KeyKind::rsa) return rsa_object(scheme, key);
    return Owned<EVP_PKEY>(
        EVP_PKEY_new_raw_public_key_ex(nullptr, scheme.type, nullptr, octets(key), key.size())
    );
}

bool fits(const EVP_PKEY* key, const Scheme& scheme) {
    if (EVP_PKEY_is_a(key, scheme.type) != 1) return false;
    if (scheme.kind == KeyKind::curve_point) return is_on(key, scheme.group);
    return scheme.kind != KeyKind::rsa || has_rsa_size(key);
}

std::optional<Bytes> key_bytes(const EVP_PKEY* key, const Scheme& scheme) {
    if (scheme.kind == KeyKind::curve_point) return point_bytes(key, scheme);
    return scheme.kind == KeyKind::rsa ? rsa_bytes(key) : raw_bytes(key, scheme);
}

SignatureCheck verify_with(
    EVP_PKEY* key, const Scheme& scheme, ByteView signature, std::initializer_list<ByteView> message
) {
    const bool has_size = scheme.signature_size == 0 || signature.size() == scheme.signature_size;
    if (!has_size) return SignatureCheck::invalid;
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // a part of `context`
    const char* digest = scheme.hash ? name_of(*scheme.hash) : nullptr;
    if (context == nullptr || EVP_DigestVerifyInit_ex(
                                  context.get(), &parameters, digest, nullptr, nullptr, key, nullptr
                              ) != 1) {
        return SignatureCheck::failed;
    }
    if (scheme.kind == KeyKind::rsa && !set_padding(parameters, scheme.padding)) {
        return SignatureCheck::failed;
    }
    // Some algorithms read the message twice, so it must lie in one piece.
    Bytes whole;
    for (const ByteView part : message) {
        whole.insert(whole.end(), part.begin(), part.end());
    }
    return check_of(EVP_DigestVerify(
        context.get(), octets(signature), signature.size(), octets(whole), whole.size()
    ));
}

}  // namespace latchkey::crypto
