// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/verify.hpp"

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "crypto/scheme.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/types.h>

namespace latchkey::crypto {
namespace {

/// A key object to put points into. It must hold a point of the curve from the start: its base.
Owned<EVP_PKEY> p256_key_object(const Scheme& scheme) {
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    if (group == nullptr) return nullptr;
    std::array<std::byte, 65> base{};
    const std::size_t size = EC_POINT_point2oct(
        group.get(),
        EC_GROUP_get0_generator(group.get()),
        POINT_CONVERSION_UNCOMPRESSED,
        writable_octets(base),
        base.size(),
        nullptr
    );
    return size == base.size() ? key_object(scheme, base) : nullptr;
}

/// Feeds the parts to a hash that was begun.
bool add_all(EVP_MD_CTX* context, std::initializer_list<ByteView> parts) {
    return std::ranges::all_of(parts, [context](ByteView part) {
        return EVP_DigestUpdate(context, part.data(), part.size()) == 1;
    });
}

}  // namespace

bool is_available(SignatureAlgorithm algorithm) {
    const Scheme& scheme = scheme_of(algorithm);
    if (scheme.kind != KeyKind::ml_dsa) return true;
    const ErrorScope errors;
    return Owned<EVP_SIGNATURE>(EVP_SIGNATURE_fetch(nullptr, scheme.type, nullptr)) != nullptr;
}

std::optional<HashAlgorithm> hash_of(SignatureAlgorithm algorithm) {
    return scheme_of(algorithm).hash;
}

bool is_curve_point(SignatureAlgorithm algorithm, ByteView point) {
    const Scheme& scheme = scheme_of(algorithm);
    if (scheme.kind != KeyKind::curve_point || !has_form(scheme, point)) return false;
    const ErrorScope errors;
    const Owned<EC_GROUP> group(EC_GROUP_new_by_curve_name(OBJ_sn2nid(scheme.group)));
    if (group == nullptr) return false;
    const Owned<EC_POINT> on_curve(EC_POINT_new(group.get()));
    return on_curve != nullptr &&
           EC_POINT_oct2point(group.get(), on_curve.get(), octets(point), point.size(), nullptr) ==
               1;
}

struct SignatureVerifier::Objects {
    Owned<EVP_MD> sha256{EVP_MD_fetch(nullptr, "SHA2-256", nullptr)};
    Owned<EVP_MD_CTX> hashing{EVP_MD_CTX_new()};
    Owned<EVP_PKEY> p256_key{p256_key_object(scheme_of(SignatureAlgorithm::ecdsa_p256_sha256))};
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
    if (input.algorithm == SignatureAlgorithm::ecdsa_p256_sha256) return verify_p256(input);
    const Scheme& scheme = scheme_of(input.algorithm);
    if (!has_form(scheme, input.key)) return SignatureCheck::key_unusable;
    const auto key = key_object(scheme, input.key);
    if (key == nullptr) {
        const bool is_point = scheme.kind == KeyKind::curve_point;
        return is_point ? SignatureCheck::key_unusable : SignatureCheck::failed;
    }
    return verify_with(key.get(), scheme, input.signature, input.message);
}

std::optional<Sha256> SignatureVerifier::sha256(std::initializer_list<ByteView> parts) {
    EVP_MD_CTX* context = objects_->hashing.get();
    if (context == nullptr || EVP_DigestInit_ex2(context, objects_->sha256.get(), nullptr) != 1) {
        return std::nullopt;
    }
    if (!add_all(context, parts)) return std::nullopt;
    Sha256 digest{};
    if (EVP_DigestFinal_ex(context, writable_octets(digest), nullptr) != 1) return std::nullopt;
    return digest;
}

std::optional<Bytes> SignatureVerifier::hash(
    HashAlgorithm algorithm, std::initializer_list<ByteView> parts
) {
    const ErrorScope errors;
    EVP_MD_CTX* context = objects_->hashing.get();
    const Owned<EVP_MD> fetched(EVP_MD_fetch(nullptr, name_of(algorithm), nullptr));
    if (context == nullptr || fetched == nullptr) return std::nullopt;
    if (EVP_DigestInit_ex2(context, fetched.get(), nullptr) != 1) return std::nullopt;
    if (!add_all(context, parts)) return std::nullopt;
    Bytes digest(static_cast<std::size_t>(EVP_MD_get_size(fetched.get())));
    if (EVP_DigestFinal_ex(context, writable_octets(digest), nullptr) != 1) return std::nullopt;
    return digest;
}

SignatureCheck SignatureVerifier::verify_p256(const Input& input) {
    const Scheme& scheme = scheme_of(SignatureAlgorithm::ecdsa_p256_sha256);
    if (!has_form(scheme, input.key)) return SignatureCheck::key_unusable;
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

}  // namespace latchkey::crypto
