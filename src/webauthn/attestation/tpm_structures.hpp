// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/verify.hpp"
#include "latchkey/bytes.hpp"

#include <cstdint>
#include <optional>
#include <variant>

/// The structures of TPM 2.0 that an attestation statement holds (Trusted Platform Module Library,
/// part 2, "Structures"). Numbers are big-endian; what is read borrows from the input. Each is read
/// to its last byte.
namespace latchkey::webauthn::attestation::tpm {

/// TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA (12.2.3.5, 11.2.4.5).
struct RsaKey {
    std::uint32_t exponent = 0;  // 0 stands for 65537
    ByteView modulus;
};

/// TPMS_ECC_PARMS and TPMS_ECC_POINT (12.2.3.6, 11.2.5.2).
struct EccKey {
    crypto::SignatureAlgorithm curve = crypto::SignatureAlgorithm::ecdsa_p256_sha256;  // one on it
    ByteView x;
    ByteView y;
};

/// TPMT_PUBLIC (12.2.4), of a key that signs.
struct PublicArea {
    crypto::HashAlgorithm name_algorithm = crypto::HashAlgorithm::sha256;
    std::variant<RsaKey, EccKey> key;
};

/// nullopt: cut short, too long, or of a type, hash, curve or scheme that no signing key has.
std::optional<PublicArea> parse_public_area(ByteView bytes);

inline constexpr std::uint32_t generated_value = 0xff544347;  // TPM_GENERATED_VALUE (6.2)
inline constexpr std::uint16_t attest_certify = 0x8017;       // TPM_ST_ATTEST_CERTIFY (6.9)

/// TPMS_ATTEST (10.12.8); the fields that nobody reads are checked and left out.
struct Attest {
    std::uint32_t magic = 0;
    std::uint16_t type = 0;
    ByteView extra_data;
    ByteView attested;  // of a structure that `type` names
};

std::optional<Attest> parse_attest(ByteView bytes);

/// TPMS_CERTIFY_INFO (10.12.3): the name of the object that was certified.
std::optional<ByteView> parse_certified_name(ByteView attested);

/// TPM_ALG_ID of a hash (6.3), with which a name begins.
std::uint16_t identifier_of(crypto::HashAlgorithm algorithm);

}  // namespace latchkey::webauthn::attestation::tpm
