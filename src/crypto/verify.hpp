// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>

/// Public keys as bytes, and verification of signatures with them.
namespace latchkey::crypto {

/// A key type with all parameters of its signatures. The key and signature are, in this order:
enum class SignatureAlgorithm : std::uint8_t {
    ecdsa_p256_sha256,  // point of 65 bytes, 0x04 first; Ecdsa-Sig-Value in DER
    ed25519,            // 32 bytes; 64 bytes (RFC 8032)
    rsa_pkcs1_sha256,   // RSAPublicKey in DER; as long as the modulus (RFC 8017 section 8.2)
};

enum class SignatureCheck : std::uint8_t {
    valid,
    invalid,       // of another key or message, or not in the one allowed form
    key_unusable,  // the bytes are not a key of this algorithm
    failed,        // OpenSSL could not do it (no memory, algorithm disabled): nothing is known
};

/// Whether `point` is 65 bytes, starts with 0x04 and lies on P-256 (so not at infinity).
bool is_p256_point(ByteView point);

struct RsaPublicKey {
    ByteView modulus;   // magnitude, big-endian
    ByteView exponent;  // magnitude, big-endian
};

/// RSAPublicKey (RFC 8017 A.1.1) in DER. nullopt: leading zeros, a modulus that is even or outside
/// of limits.hpp, an exponent that is even, below 3 or beyond limits.hpp.
std::optional<Bytes> write_rsa_public_key(const RsaPublicKey& key);

/// The reverse, with the same checks; the views point into `der`.
std::optional<RsaPublicKey> read_rsa_public_key(ByteView der);

/// Verifies signatures with key objects that it keeps: for ES256 the new key is put into the old
/// object, which costs 2 % of a verification instead of 30 %. One thread at a time.
class SignatureVerifier {
public:
    SignatureVerifier();
    SignatureVerifier(const SignatureVerifier&) = delete;
    SignatureVerifier& operator=(const SignatureVerifier&) = delete;
    SignatureVerifier(SignatureVerifier&&) noexcept;
    SignatureVerifier& operator=(SignatureVerifier&&) noexcept;
    ~SignatureVerifier();

    /// What is verified: the message is the concatenation of `message`.
    struct Input {
        SignatureAlgorithm algorithm = SignatureAlgorithm::ecdsa_p256_sha256;
        ByteView key;
        ByteView signature;
        std::initializer_list<ByteView> message;
    };

    SignatureCheck verify(const Input& input);

    /// SHA-256 over the concatenation of `parts`; nullopt if OpenSSL fails.
    std::optional<Sha256> sha256(std::initializer_list<ByteView> parts);

private:
    struct Objects;

    SignatureCheck verify_ecdsa(const Input& input);
    SignatureCheck verify_rsa(const Input& input);

    std::unique_ptr<Objects> objects_;
};

}  // namespace latchkey::crypto
