// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/jws.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/der.hpp"
#include "crypto/hash.hpp"
#include "crypto/jws_reader.hpp"
#include "crypto/limits.hpp"
#include "crypto/openssl.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace latchkey::crypto {
namespace {

constexpr std::size_t coordinate_size = 32;  // of P-256
constexpr json::Limits key_set_limits{.bytes = limits::jwk_set_bytes, .depth = 6, .values = 4'096};

std::string text_or_empty(const json::Value& object, std::string_view name) {
    const std::string* text = object.find_string(name);
    return text == nullptr ? std::string() : *text;
}

std::optional<Bytes> bytes_member(const json::Value& object, std::string_view name) {
    const std::string* text = object.find_string(name);
    return text == nullptr ? std::nullopt : base64url_decode(*text);
}

/// RFC 7517 4.2-4.4: what the key says that it is for.
bool is_for_verifying(const json::Value& key, std::string_view algorithm) {
    if (key.find("d") != nullptr) return false;  // a private key that everybody has
    const json::Value* use = key.find("use");
    if (use != nullptr && (use->as_string() == nullptr || *use->as_string() != "sig")) return false;
    const json::Value* alg = key.find("alg");
    if (alg != nullptr && (alg->as_string() == nullptr || *alg->as_string() != algorithm)) {
        return false;
    }
    const json::Value* operations = key.find("key_ops");
    if (operations == nullptr) return true;
    const json::Array* list = operations->as_array();
    return list != nullptr && std::ranges::find(*list, json::Value("verify")) != list->end();
}

std::optional<Bytes> rsa_material(const json::Value& key) {
    const auto modulus = bytes_member(key, "n");
    const auto exponent = bytes_member(key, "e");
    if (!modulus || !exponent) return std::nullopt;
    return write_rsa_public_key({.modulus = *modulus, .exponent = *exponent});
}

std::optional<Bytes> p256_material(const json::Value& key) {
    const auto x = bytes_member(key, "x");
    const auto y = bytes_member(key, "y");
    if (text_or_empty(key, "crv") != "P-256" || !x || !y) return std::nullopt;
    if (x->size() != coordinate_size || y->size() != coordinate_size) return std::nullopt;
    Bytes point{std::byte{0x04}};
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    if (!is_curve_point(SignatureAlgorithm::ecdsa_p256_sha256, point)) return std::nullopt;
    return point;
}

std::optional<JsonWebKey> key_of(const json::Value& value) {
    const std::string type = text_or_empty(value, "kty");
    JsonWebKey key{.key_id = text_or_empty(value, "kid")};
    std::optional<Bytes> material;
    if (type == "RSA" && is_for_verifying(value, "RS256")) {
        key.algorithm = JwsAlgorithm::rs256;
        material = rsa_material(value);
    } else if (type == "EC" && is_for_verifying(value, "ES256")) {
        key.algorithm = JwsAlgorithm::es256;
        material = p256_material(value);
    }
    if (!material) return std::nullopt;
    key.material = *std::move(material);
    return key;
}

bool is_valid(const Jws& jws, const JsonWebKey& key) {
    const auto signature = jws.signature_in_der();
    if (!signature) return false;
    const auto check = SignatureVerifier().verify({
        .algorithm = signature_algorithm(key.algorithm),
        .key = key.material,
        .signature = *signature,
        .message = {bytes_of(jws.signing_input)},
    });
    return check == SignatureCheck::valid;
}

}  // namespace

std::optional<std::vector<JsonWebKey>> parse_jwk_set(std::string_view text) {
    const auto set = json::parse(text, key_set_limits);
    const json::Value* listed = set ? set->find("keys") : nullptr;
    const json::Array* array = listed == nullptr ? nullptr : listed->as_array();
    if (array == nullptr || array->size() > limits::jwk_set_keys) return std::nullopt;
    std::vector<JsonWebKey> keys;
    for (const json::Value& value : *array) {
        if (auto key = key_of(value)) keys.push_back(*std::move(key));
    }
    return keys;
}

JwsCheck verify_jws(const Jws& jws, const std::vector<JsonWebKey>& keys) {
    const JsonWebKey* fitting = nullptr;
    for (const JsonWebKey& key : keys) {
        const bool is_named = jws.key_id().empty() || jws.key_id() == key.key_id;
        if (key.algorithm != jws.algorithm || !is_named) continue;
        if (fitting != nullptr) return JwsCheck::key_ambiguous;
        fitting = &key;
    }
    if (fitting == nullptr) return JwsCheck::key_unknown;
    return is_valid(jws, *fitting) ? JwsCheck::valid : JwsCheck::bad_signature;
}

std::string half_hash(std::string_view text) {
    const Sha256 hash = sha256(bytes_of(text));
    return base64url_encode(ByteView(hash).first(hash.size() / 2));
}

struct Es256Signer::Key {
    Owned<EVP_PKEY> key;
};

std::optional<Es256Signer> Es256Signer::from_pem(std::string_view pem) {
    if (pem.size() > limits::private_key_bytes) return std::nullopt;
    const ErrorScope errors;
    const Owned<BIO> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (source == nullptr) return std::nullopt;
    // Asked for a password, OpenSSL would ask the terminal: there is none.
    const auto no_password = [](char*, int, int, void*) { return -1; };
    Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr));
    if (key == nullptr || EVP_PKEY_is_a(key.get(), "EC") != 1) return std::nullopt;
    std::array<char, 32> group{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size) != 1) {
        return std::nullopt;
    }
    if (std::string_view(group.data(), size) != "prime256v1") return std::nullopt;
    return Es256Signer(std::make_shared<const Key>(Key{std::move(key)}));
}

std::string Es256Signer::sign(std::string_view header, std::string_view payload) const {
    std::string text = base64url_encode(bytes_of(header));
    text += '.';
    text += base64url_encode(bytes_of(payload));
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    LATCHKEY_ASSERT(context != nullptr);
    require(EVP_DigestSignInit_ex(
        context.get(), nullptr, "SHA2-256", nullptr, nullptr, key_->key.get(), nullptr
    ));
    std::array<std::byte, 80> der{};  // Ecdsa-Sig-Value of P-256 has 72 bytes at most
    std::size_t size = der.size();
    const ByteView input = bytes_of(text);
    require(EVP_DigestSign(context.get(), writable_octets(der), &size, octets(input), input.size())
    );
    der::Reader outer(ByteView(der).first(size));
    const auto sequence = outer.read(der::Tag::sequence);
    LATCHKEY_ASSERT(sequence.has_value());
    der::Reader numbers(*sequence);
    std::array<std::byte, 2 * coordinate_size> signature{};
    for (std::size_t end = coordinate_size; end <= signature.size(); end += coordinate_size) {
        const auto number = numbers.read_unsigned();
        LATCHKEY_ASSERT(number && number->size() <= coordinate_size);
        std::ranges::copy(
            *number, signature.begin() + static_cast<std::ptrdiff_t>(end - number->size())
        );
    }
    return text + '.' + base64url_encode(signature);
}

}  // namespace latchkey::crypto
