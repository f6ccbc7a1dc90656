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
    ecdsa_p256_sha256,       // uncompressed point of 65 bytes; Ecdsa-Sig-Value in DER
    ecdsa_p384_sha384,       // the same, of 97 bytes
    ecdsa_p521_sha512,       // the same, of 133 bytes
    ecdsa_secp256k1_sha256,  // the same, of 65 bytes
    ed25519,                 // 32 bytes; 64 bytes (RFC 8032)
    ed448,                   // 57 bytes; 114 bytes (RFC 8032)
    rsa_pkcs1_sha1,          // for statements of old TPMs only, never for a credential
    rsa_pkcs1_sha256,        // RSAPublicKey in DER; as long as the modulus (RFC 8017 section 8.2)
    rsa_pkcs1_sha384,
    rsa_pkcs1_sha512,
    rsa_pss_sha256,  // RSAPublicKey in DER; salt as long as the hash (RFC 8017 section 8.1)
    rsa_pss_sha384,
    rsa_pss_sha512,
    ml_dsa_44,  // 1312 bytes; 2420 bytes (FIPS 204), the context empty
    ml_dsa_65,  // 1952 bytes; 3309 bytes
    ml_dsa_87,  // 2592 bytes; 4627 bytes
};

enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };

enum class SignatureCheck : std::uint8_t {
    valid,
    invalid,       // of another key or message, or not in the one allowed form
    key_unusable,  // the bytes are not a key of this algorithm
    failed,        // OpenSSL could not do it (no memory, algorithm disabled): nothing is known
};

/// Whether the linked OpenSSL can do it: ML-DSA needs 3.5.
bool is_available(SignatureAlgorithm algorithm);

/// The hash of the message that is signed; nullopt: the algorithm hashes in a way of its own.
std::optional<HashAlgorithm> hash_of(SignatureAlgorithm algorithm);

/// Whether `point` is of the size above, starts with 0x04 and lies on the curve of the algorithm
/// (so not at infinity). false for algorithms without a curve.
bool is_curve_point(SignatureAlgorithm algorithm, ByteView point);

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

    /// The same with any hash.
    std::optional<Bytes> hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts);

private:
    struct Objects;

    SignatureCheck verify_p256(const Input& input);

    std::unique_ptr<Objects> objects_;
};

}  // namespace latchkey::crypto
