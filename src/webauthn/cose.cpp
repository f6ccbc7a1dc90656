// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cose.hpp"

#include "base/try.hpp"
#include "crypto/rsa_key.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/cbor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <utility>

namespace latchkey::webauthn {
namespace {

using crypto::SignatureAlgorithm;
using KeyResult = Result<Bytes, Reason>;

// Labels common to all key types (RFC 9052 section 7.1).
constexpr std::int64_t label_kty = 1;
constexpr std::int64_t label_alg = 3;

// Key types and curves of the IANA COSE registry.
constexpr std::int64_t kty_okp = 1;
constexpr std::int64_t kty_ec2 = 2;
constexpr std::int64_t kty_rsa = 3;
constexpr std::int64_t kty_akp = 7;
constexpr std::int64_t crv_p256 = 1;
constexpr std::int64_t crv_p384 = 2;
constexpr std::int64_t crv_p521 = 3;
constexpr std::int64_t crv_ed25519 = 6;
constexpr std::int64_t crv_ed448 = 7;
constexpr std::int64_t crv_secp256k1 = 8;
constexpr std::int64_t no_curve = 0;

/// One algorithm: the only key type, curve and size that WebAuthn allows it (5.8.5).
struct Supported {
    CoseAlgorithm identifier;
    SignatureAlgorithm signature;
    KeyResult (*read_key)(const cbor::Item& key, const Supported& supported);
    std::int64_t curve;
    std::size_t size;  // bytes of a coordinate or of the key; 0: read_key has its limits
};

bool is(const cbor::Item& key, std::int64_t label, std::int64_t expected) {
    const auto value = key.find(label);
    return value && value->as_integer() == expected;
}

std::optional<ByteView> bytes_at(const cbor::Item& key, std::int64_t label) {
    const auto value = key.find(label);
    return value ? value->as_bytes() : std::nullopt;
}

std::optional<ByteView> bytes_at(const cbor::Item& key, std::int64_t label, std::size_t size) {
    const auto bytes = bytes_at(key, label);
    return bytes && bytes->size() == size ? bytes : std::nullopt;
}

/// EC2 (RFC 9053 section 7.1.1): crv -1, x -2, y -3.
KeyResult read_ec2(const cbor::Item& key, const Supported& supported) {
    const auto x = bytes_at(key, -2, supported.size);
    const auto y = bytes_at(key, -3, supported.size);
    // 5.8.5: never in compressed form.
    if (!is(key, label_kty, kty_ec2) || !is(key, -1, supported.curve) || !x || !y ||
        key.size() != 5) {
        return Fail{Reason::credential_key_malformed};
    }
    Bytes point{std::byte{0x04}};
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    if (!crypto::is_curve_point(supported.signature, point)) {
        return Fail{Reason::credential_key_malformed};
    }
    return point;
}

/// OKP (RFC 9053 section 7.2): crv -1, x -2.
KeyResult read_okp(const cbor::Item& key, const Supported& supported) {
    const auto x = bytes_at(key, -2, supported.size);
    if (!is(key, label_kty, kty_okp) || !is(key, -1, supported.curve) || !x || key.size() != 4) {
        return Fail{Reason::credential_key_malformed};
    }
    return Bytes(x->begin(), x->end());
}

/// RSA (RFC 8230 section 4): n -1, e -2.
KeyResult read_rsa(const cbor::Item& key, const Supported&) {
    const auto modulus = bytes_at(key, -1);
    const auto exponent = bytes_at(key, -2);
    if (!is(key, label_kty, kty_rsa) || !modulus || !exponent || key.size() != 4) {
        return Fail{Reason::credential_key_malformed};
    }
    auto der = crypto::write_rsa_public_key({.modulus = *modulus, .exponent = *exponent});
    if (!der) return Fail{Reason::credential_key_malformed};
    return *std::move(der);
}

/// AKP (RFC 9964): pub -1. Any bytes of the right number are a key of ML-DSA.
KeyResult read_akp(const cbor::Item& key, const Supported& supported) {
    const auto pub = bytes_at(key, -1, supported.size);
    if (!is(key, label_kty, kty_akp) || !pub || key.size() != 3) {
        return Fail{Reason::credential_key_malformed};
    }
    return Bytes(pub->begin(), pub->end());
}

using enum CoseAlgorithm;
using Signature = SignatureAlgorithm;

constexpr auto supported_algorithms = std::to_array<Supported>({
    {eddsa, Signature::ed25519, read_okp, crv_ed25519, 32},
    {es256, Signature::ecdsa_p256_sha256, read_ec2, crv_p256, 32},
    {rs256, Signature::rsa_pkcs1_sha256, read_rsa, no_curve, 0},
    {es384, Signature::ecdsa_p384_sha384, read_ec2, crv_p384, 48},
    {es512, Signature::ecdsa_p521_sha512, read_ec2, crv_p521, 66},
    {ps256, Signature::rsa_pss_sha256, read_rsa, no_curve, 0},
    {ps384, Signature::rsa_pss_sha384, read_rsa, no_curve, 0},
    {ps512, Signature::rsa_pss_sha512, read_rsa, no_curve, 0},
    {es256k, Signature::ecdsa_secp256k1_sha256, read_ec2, crv_secp256k1, 32},
    {ml_dsa_44, Signature::ml_dsa_44, read_akp, no_curve, 1'312},
    {ml_dsa_65, Signature::ml_dsa_65, read_akp, no_curve, 1'952},
    {ml_dsa_87, Signature::ml_dsa_87, read_akp, no_curve, 2'592},
    {ed448, Signature::ed448, read_okp, crv_ed448, 57},
    {rs384, Signature::rsa_pkcs1_sha384, read_rsa, no_curve, 0},
    {rs512, Signature::rsa_pkcs1_sha512, read_rsa, no_curve, 0},
});

/// The row of an algorithm; nullptr: there is none, or the linked OpenSSL cannot do it.
const Supported* find_supported(CoseAlgorithm identifier) {
    const auto* found = std::ranges::find(supported_algorithms, identifier, &Supported::identifier);
    if (found == supported_algorithms.end()) return nullptr;
    return crypto::is_available(found->signature) ? found : nullptr;
}

}  // namespace

std::optional<SignatureAlgorithm> signature_algorithm(CoseAlgorithm algorithm) {
    const Supported* supported = find_supported(algorithm);
    if (supported == nullptr) return std::nullopt;
    return supported->signature;
}

std::optional<CoseAlgorithm> algorithm_of(const cbor::Item& cose_key) {
    const auto identifier = cose_key.find(label_alg);
    return identifier ? algorithm_from(*identifier) : std::nullopt;
}

std::optional<CoseAlgorithm> algorithm_from(const cbor::Item& identifier) {
    using Range = std::numeric_limits<std::int32_t>;
    const auto value = identifier.as_integer();
    if (!value || *value < Range::min() || *value > Range::max()) return std::nullopt;
    return static_cast<CoseAlgorithm>(*value);
}

Result<PublicKey, Reason> public_key_from_cose(ByteView cose_key) noexcept try {
    const auto key = cbor::parse(cose_key);
    if (!key) return Fail{Reason::cbor_malformed};
    const auto algorithm = algorithm_of(*key);
    // 6.5.1 asks for the canonical form, in which each key has one encoding only.
    if (!algorithm || !key->is_sorted()) return Fail{Reason::credential_key_malformed};
    const Supported* supported = find_supported(*algorithm);
    if (supported == nullptr) return Fail{Reason::algorithm_not_supported};
    // A parameter beyond those of the type changes the size of the map and is refused with it:
    // 6.5.1 allows none, and a private key must not be among them.
    auto material = TRY(supported->read_key(*key, *supported));
    return PublicKey{.algorithm = *algorithm, .material = std::move(material)};
} catch (const std::bad_alloc&) {
    return Fail{Reason::out_of_memory};
}

}  // namespace latchkey::webauthn
