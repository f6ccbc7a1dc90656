// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>

namespace latchkey::crypto::limits {

// RSA moduli in bits: below, the key is weak; above, OpenSSL does not verify.
inline constexpr std::size_t rsa_modulus_bits_min = 2'048;
inline constexpr std::size_t rsa_modulus_bits_max = 16'384;

// RSA public exponents in bytes: the work of a verification grows with it, and whoever registers a
// key chooses it. OpenSSL takes no larger one with a modulus above 3,072 bits.
inline constexpr std::size_t rsa_exponent_bytes_max = 8;

// A certificate in DER. Attestation certificates are 0.5 to 3 kB.
inline constexpr std::size_t certificate_bytes = 16'384;

// Extensions of one certificate; real ones have about ten.
inline constexpr int certificate_extensions = 64;

// Certificates between a leaf and its root.
inline constexpr int chain_depth = 8;

// A JWS in its compact form: ID tokens of providers are 1 to 2 kB.
inline constexpr std::size_t jws_bytes = 32'768;
inline constexpr std::size_t jws_header_bytes = 4'096;

// A JWK Set; providers publish two to ten keys.
inline constexpr std::size_t jwk_set_bytes = 65'536;
inline constexpr std::size_t jwk_set_keys = 64;

// A private key in PEM.
inline constexpr std::size_t private_key_bytes = 16'384;

}  // namespace latchkey::crypto::limits
