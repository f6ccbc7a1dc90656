// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/strong.hpp"
#include "latchkey/webauthn/failure.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::webauthn {

using CredentialId = Strong<struct CredentialIdTag, Bytes>;  // 1 to 1023 bytes (7.1 step 25)
using UserHandle = Strong<struct UserHandleTag, Bytes>;      // 1 to 64 bytes, opaque (5.4.3)
using Challenge = Strong<struct ChallengeTag, Bytes>;        // 32 random bytes (13.4.3)
using RpId = Strong<struct RpIdTag, std::string>;            // a valid domain string (5.1.2)
using Origin = Strong<struct OriginTag, std::string>;        // serialized: scheme://host[:port]
using AppId = Strong<struct AppIdTag, std::string>;          // of a FIDO U2F application (10.1.1)
using Aaguid = Strong<struct AaguidTag, std::array<std::byte, 16>>;

/// AuthenticatorAttachment (5.4.5): built into the device, or apart from it.
enum class AuthenticatorAttachment : std::uint8_t { platform, cross_platform };

/// The moment at which certificates are judged, UTC.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// COSE algorithm identifiers (RFC 9053, RFC 8812, RFC 9864, RFC 9964), as WebAuthn restricts them
/// (5.8.5). Values without a name may occur: they are refused as `Reason::algorithm_not_supported`,
/// and so is ML-DSA where the linked OpenSSL is older than 3.5.
enum class CoseAlgorithm : std::int32_t {
    eddsa = -8,       // Ed25519
    es256 = -7,       // ECDSA on P-256 with SHA-256
    es384 = -35,      // ECDSA on P-384 with SHA-384
    es512 = -36,      // ECDSA on P-521 with SHA-512
    ps256 = -37,      // RSASSA-PSS with SHA-256
    ps384 = -38,      // RSASSA-PSS with SHA-384
    ps512 = -39,      // RSASSA-PSS with SHA-512
    es256k = -47,     // ECDSA on secp256k1 with SHA-256
    ml_dsa_44 = -48,  // FIPS 204
    ml_dsa_65 = -49,
    ml_dsa_87 = -50,
    ed448 = -53,
    rs256 = -257,  // RSASSA-PKCS1-v1_5 with SHA-256
    rs384 = -258,  // RSASSA-PKCS1-v1_5 with SHA-384
    rs512 = -259,  // RSASSA-PKCS1-v1_5 with SHA-512
};

/// A credential public key, checked, in the form that verifies fastest.
struct PublicKey {
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    /// es*: the uncompressed point (0x04, x, y); eddsa, ed448, ml_dsa_*: the bare key; rs*, ps*:
    /// RSAPublicKey in DER (RFC 8017, A.1.1).
    Bytes material;

    bool operator==(const PublicKey&) const = default;
};

/// Reads a COSE_Key (RFC 9052 section 7) as registrations carry it, with all checks that a
/// registration makes: canonical CBOR, exactly the parameters of its type, the point on its
/// curve, the RSA modulus of 2048 to 16384 bits. For credentials that another server registered.
Result<PublicKey, Reason> public_key_from_cose(ByteView cose_key) noexcept;

/// What a relying party keeps of a credential: "credential record" of section 4.
struct CredentialRecord {
    CredentialId id;
    UserHandle user_handle;
    PublicKey public_key;
    std::uint32_t sign_count = 0;
    bool uv_initialized = false;
    bool backup_eligible = false;
    bool backup_state = false;
    std::vector<std::string> transports{};  // as reported by the client: a hint, unverified
    Aaguid aaguid{};                        // unverified unless attested
    std::string attestation_format{};
    RpId rp_id{};

    bool operator==(const CredentialRecord&) const = default;
};

}  // namespace latchkey::webauthn
