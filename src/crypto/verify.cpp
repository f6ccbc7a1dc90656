// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/verify.hpp"

#include "crypto/der.hpp"
#include "crypto/hash.hpp"
#include "crypto/limits.hpp"
#include "crypto/openssl.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/types.h>

namespace latchkey::crypto {
namespace {

constexpr std::size_t p256_point_size = 65;
constexpr std::size_t ed25519_key_size = 32;
constexpr std::size_t ed25519_signature_size = 64;

/// SEC 1 section 2.3.3. OpenSSL would also take compressed points, and the single zero byte that
/// stands for the point at infinity, under which every signature of some form is valid.
bool has_uncompressed_form(ByteView point) {
    return point.size() == p256_point_size && point[0] == std::byte{0x04};
}

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

Owned<EVP_PKEY> rsa_key_from(const RsaPublicKey& key) {
    const auto modulus = number_from(key.modulus);
    const auto exponent = number_from(key.exponent);
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    if (modulus == nullptr || exponent == nullptr || builder == nullptr) return nullptr;
    if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    return parameters == nullptr ? nullptr : public_key_from("RSA", parameters.get());
}

/// A key object to put points into. It must hold a point of the curve from the start: its base.
Owned<EVP_PKEY> p256_key_object() {
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (group == nullptr) return nullptr;
    std::array<unsigned char, p256_point_size> base{};
    const std::size_t size = EC_POINT_point2oct(
        group.get(),
        EC_GROUP_get0_generator(group.get()),
        POINT_CONVERSION_UNCOMPRESSED,
        base.data(),
        base.size(),
        nullptr
    );
    if (size != base.size()) return nullptr;
    std::array<char, 6> curve{"P-256"};
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, base.data(), base.size()),
        OSSL_PARAM_construct_end()
    };
    return public_key_from("EC", parameters.data());
}

/// OpenSSL answers 1 for valid; 0 and negative numbers both occur for signatures that are not.
SignatureCheck check_of(int answer) {
    return answer == 1 ? SignatureCheck::valid : SignatureCheck::invalid;
}

SignatureCheck verify_ed25519(const SignatureVerifier::Input& input) {
    if (input.key.size() != ed25519_key_size) return SignatureCheck::key_unusable;
    if (input.signature.size() != ed25519_signature_size) return SignatureCheck::invalid;
    const Owned<EVP_PKEY> key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, "ED25519", nullptr, octets(input.key), input.key.size()
    ));
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    if (key == nullptr || context == nullptr) return SignatureCheck::failed;
    if (EVP_DigestVerifyInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr
        ) != 1) {
        return SignatureCheck::failed;
    }
    // Ed25519 hashes the message twice, so it must lie in one piece.
    Bytes message;
    for (const ByteView part : input.message) {
        message.insert(message.end(), part.begin(), part.end());
    }
    return check_of(EVP_DigestVerify(
        context.get(),
        octets(input.signature),
        input.signature.size(),
        octets(message),
        message.size()
    ));
}

}  // namespace

bool is_p256_point(ByteView point) {
    if (!has_uncompressed_form(point)) return false;
    const ErrorScope errors;
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (group == nullptr) return false;
    const Owned<EC_POINT> on_curve(EC_POINT_new(group.get()));
    return on_curve != nullptr &&
           EC_POINT_oct2point(group.get(), on_curve.get(), octets(point), point.size(), nullptr) ==
               1;
}

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

struct SignatureVerifier::Objects {
    Owned<EVP_MD> sha256{EVP_MD_fetch(nullptr, "SHA2-256", nullptr)};
    Owned<EVP_MD_CTX> hashing{EVP_MD_CTX_new()};
    Owned<EVP_PKEY> p256_key{p256_key_object()};
    Owned<EVP_PKEY_CTX> p256_verification{
        p256_key ? EVP_PKEY_CTX_new_from_pkey(nullptr, p256_key.get(), nullptr) : nullptr
    };
    bool p256_ready = p256_verification && EVP_PKEY_verify_init(p256_verification.get()) == 1;
};

SignatureVerifier::SignatureVerifier() : objects_(std::make_unique<Objects>()) {}

SignatureVerifier::SignatureVerifier(SignatureVerifier&&) noexcept = default;
SignatureVerifier& SignatureVerifier::operator=(SignatureVerifier&&) noexcept = default;
SignatureVerifier::~SignatureVerifier() = default;

SignatureCheck SignatureVerifier::verify(const Input& input) {
    const ErrorScope errors;
    switch (input.algorithm) {
        case SignatureAlgorithm::ecdsa_p256_sha256:
            return verify_ecdsa(input);
        case SignatureAlgorithm::ed25519:
            return verify_ed25519(input);
        case SignatureAlgorithm::rsa_pkcs1_sha256:
            return verify_rsa(input);
    }
    return SignatureCheck::failed;
}

std::optional<Sha256> SignatureVerifier::sha256(std::initializer_list<ByteView> parts) {
    EVP_MD_CTX* context = objects_->hashing.get();
    if (context == nullptr || EVP_DigestInit_ex2(context, objects_->sha256.get(), nullptr) != 1) {
        return std::nullopt;
    }
    for (const ByteView part : parts) {
        if (EVP_DigestUpdate(context, part.data(), part.size()) != 1) return std::nullopt;
    }
    Sha256 digest{};
    if (EVP_DigestFinal_ex(context, writable_octets(digest), nullptr) != 1) return std::nullopt;
    return digest;
}

SignatureCheck SignatureVerifier::verify_ecdsa(const Input& input) {
    if (!has_uncompressed_form(input.key)) return SignatureCheck::key_unusable;
    const auto digest = sha256(input.message);
    if (!digest || !objects_->p256_ready) return SignatureCheck::failed;
    // Checks that the point is on the curve. The context refers to the key object, not to a copy.
    if (EVP_PKEY_set1_encoded_public_key(
            objects_->p256_key.get(), octets(input.key), input.key.size()
        ) != 1) {
        return SignatureCheck::key_unusable;
    }
    return check_of(EVP_PKEY_verify(
        objects_->p256_verification.get(),
        octets(input.signature),
        input.signature.size(),
        octets(*digest),
        digest->size()
    ));
}

SignatureCheck SignatureVerifier::verify_rsa(const Input& input) {
    const auto parts = read_rsa_public_key(input.key);
    if (!parts) return SignatureCheck::key_unusable;
    const auto digest = sha256(input.message);
    const auto key = rsa_key_from(*parts);
    if (!digest || key == nullptr) return SignatureCheck::failed;
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (context == nullptr || EVP_PKEY_verify_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), objects_->sha256.get()) != 1) {
        return SignatureCheck::failed;
    }
    return check_of(EVP_PKEY_verify(
        context.get(),
        octets(input.signature),
        input.signature.size(),
        octets(*digest),
        digest->size()
    ));
}

}  // namespace latchkey::crypto
