// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/openssl.hpp"
#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include <openssl/types.h>

/// How OpenSSL does each signature algorithm. Included by the sources of this folder only.
namespace latchkey::crypto {

enum class KeyKind : std::uint8_t { curve_point, edwards, rsa, ml_dsa };

struct Scheme {
    SignatureAlgorithm algorithm{};
    KeyKind kind{};
    const char* type = nullptr;         // OpenSSL's name of the key type
    const char* group = nullptr;        // OpenSSL's name of the curve, of a curve_point
    std::optional<HashAlgorithm> hash;  // nullopt: a part of the algorithm
    int padding = 0;                    // RSA_PKCS1_PADDING or RSA_PKCS1_PSS_PADDING, of rsa
    std::size_t key_size = 0;           // in bytes; 0: as long as the modulus says
    std::size_t signature_size = 0;     // in bytes; 0: DER, or as long as the modulus
};

const Scheme& scheme_of(SignatureAlgorithm algorithm);

/// OpenSSL's name of the hash, "SHA2-256".
const char* name_of(HashAlgorithm hash);

/// Whether the bytes look as verify.hpp describes a key of the scheme. OpenSSL would also take
/// compressed points, and the single zero byte that stands for the point at infinity, under which
/// every signature of some form is valid (SEC 1 section 2.3.3).
bool has_form(const Scheme& scheme, ByteView key);

/// A key object from bytes of that form; nullptr: a point that is not on the curve, or OpenSSL
/// failed.
Owned<EVP_PKEY> key_object(const Scheme& scheme, ByteView key);

/// Whether the key is of the type, curve and size that the scheme asks for.
bool fits(const EVP_PKEY* key, const Scheme& scheme);

/// The reverse of `key_object`, for a key that fits; nullopt: a key that verify.hpp does not allow,
/// or OpenSSL failed.
std::optional<Bytes> key_bytes(const EVP_PKEY* key, const Scheme& scheme);

/// Verifies with a key that fits.
SignatureCheck verify_with(
    EVP_PKEY* key, const Scheme& scheme, ByteView signature, std::initializer_list<ByteView> message
);

/// OpenSSL answers 1 for valid; 0 and negative numbers both occur for signatures that are not.
inline SignatureCheck check_of(int answer) {
    return answer == 1 ? SignatureCheck::valid : SignatureCheck::invalid;
}

}  // namespace latchkey::crypto
