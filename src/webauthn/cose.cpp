// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cose.hpp"

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
#include <optional>
#include <utility>

namespace latchkey::webauthn {
namespace {

using crypto::SignatureAlgorithm;
using KeyResult = Result<PublicKey, Reason>;

// Labels common to all key types (RFC 9052 section 7.1).
constexpr std::int64_t label_kty = 1;
constexpr std::int64_t label_alg = 3;

// Key types and curves of the IANA COSE registry.
constexpr std::int64_t kty_okp = 1;
constexpr std::int64_t kty_ec2 = 2;
constexpr std::int64_t kty_rsa = 3;
constexpr std::int64_t crv_p256 = 1;
constexpr std::int64_t crv_ed25519 = 6;

constexpr std::size_t p256_coordinate_size = 32;
constexpr std::size_t ed25519_key_size = 32;

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
KeyResult read_es256(const cbor::Item& key) {
    const auto x = bytes_at(key, -2, p256_coordinate_size);
    const auto y = bytes_at(key, -3, p256_coordinate_size);
    // 5.8.5: ES256 is P-256, and never in compressed form.
    if (!is(key, label_kty, kty_ec2) || !is(key, -1, crv_p256) || !x || !y || key.size() != 5) {
        return Fail{Reason::credential_key_malformed};
    }
    Bytes point{std::byte{0x04}};
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    if (!crypto::is_p256_point(point)) return Fail{Reason::credential_key_malformed};
    return PublicKey{.algorithm = CoseAlgorithm::es256, .material = std::move(point)};
}

/// OKP (RFC 9053 section 7.2): crv -1, x -2.
KeyResult read_eddsa(const cbor::Item& key) {
    const auto x = bytes_at(key, -2, ed25519_key_size);
    // 5.8.5: EdDSA is Ed25519.
    if (!is(key, label_kty, kty_okp) || !is(key, -1, crv_ed25519) || !x || key.size() != 4) {
        return Fail{Reason::credential_key_malformed};
    }
    return PublicKey{.algorithm = CoseAlgorithm::eddsa, .material = Bytes(x->begin(), x->end())};
}

/// RSA (RFC 8230 section 4): n -1, e -2.
KeyResult read_rs256(const cbor::Item& key) {
    const auto modulus = bytes_at(key, -1);
    const auto exponent = bytes_at(key, -2);
    if (!is(key, label_kty, kty_rsa) || !modulus || !exponent || key.size() != 4) {
        return Fail{Reason::credential_key_malformed};
    }
    auto der = crypto::write_rsa_public_key({.modulus = *modulus, .exponent = *exponent});
    if (!der) return Fail{Reason::credential_key_malformed};
    return PublicKey{.algorithm = CoseAlgorithm::rs256, .material = *std::move(der)};
}

struct Supported {
    CoseAlgorithm identifier;
    SignatureAlgorithm signature;
    KeyResult (*read_key)(const cbor::Item& key);
};

constexpr std::array supported_algorithms{
    Supported{CoseAlgorithm::eddsa, SignatureAlgorithm::ed25519, read_eddsa},
    Supported{CoseAlgorithm::es256, SignatureAlgorithm::ecdsa_p256_sha256, read_es256},
    Supported{CoseAlgorithm::rs256, SignatureAlgorithm::rsa_pkcs1_sha256, read_rs256},
};

const Supported* find_supported(CoseAlgorithm identifier) {
    const auto* found = std::ranges::find(supported_algorithms, identifier, &Supported::identifier);
    return found == supported_algorithms.end() ? nullptr : found;
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

Result<PublicKey, Reason> public_key_from_cose(ByteView cose_key) {
    const auto key = cbor::parse(cose_key);
    if (!key) return Fail{Reason::cbor_malformed};
    const auto algorithm = algorithm_of(*key);
    // 6.5.1 asks for the canonical form, in which each key has one encoding only.
    if (!algorithm || !key->is_sorted()) return Fail{Reason::credential_key_malformed};
    const Supported* supported = find_supported(*algorithm);
    if (supported == nullptr) return Fail{Reason::algorithm_not_supported};
    // A parameter beyond those of the type changes the size of the map and is refused with it:
    // 6.5.1 allows none, and a private key must not be among them.
    return supported->read_key(*key);
}

}  // namespace latchkey::webauthn
