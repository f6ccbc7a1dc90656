// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Attestation statements of each format, as plain fields: a test takes a valid one, changes one
/// field, and gives it to a RegistrationDraft, which calls it with what is attested.
namespace latchkey::test {

/// What a statement is about.
struct Attested {
    Bytes rp_id_hash;
    Bytes credential_id;
    Bytes authenticator_data;
    Bytes client_data_hash;

    /// Authenticator data and client data hash, which most formats sign.
    [[nodiscard]] Bytes to_be_signed() const;
};

/// Writes attStmt.
using StatementWriter = std::function<Bytes(const Attested&)>;

/// 8.6
struct FidoU2fStatement {
    PrivateKey signer;
    std::vector<Bytes> x5c;
    Bytes point;  // of the credential key, 0x04 first
    std::byte reserved{0};

    Bytes operator()(const Attested& attested) const;
};

/// 8.8: a certificate that is made for each credential.
struct AppleStatement {
    Identity authority;
    PrivateKey certified_key;          // the credential's
    std::optional<Bytes> nonce{};      // if set, another one
    std::optional<Bytes> extension{};  // if set, the whole value
    std::string extension_oid = "1.2.840.113635.100.8.2";
    std::vector<Bytes> others{};  // after the leaf

    Bytes operator()(const Attested& attested) const;
};

/// AuthorizationList of Android's key store.
struct AuthorizationDraft {
    std::optional<std::vector<unsigned>> purposes{};
    std::optional<unsigned> origin{};
    bool all_applications = false;

    [[nodiscard]] Bytes finish() const;
};

/// 8.4
struct AndroidKeyStatement {
    Identity authority;
    PrivateKey certified_key;  // the credential's
    PrivateKey signer;         // the same
    std::int64_t algorithm = -7;
    std::optional<Bytes> challenge{};  // if set, another one
    AuthorizationDraft software{};
    AuthorizationDraft tee{.purposes = {{2U, 3U}}, .origin = 0U};
    std::optional<Bytes> extension{};  // if set, the whole value
    std::string extension_oid = "1.3.6.1.4.1.11129.2.1.17";

    Bytes operator()(const Attested& attested) const;
};

/// 8.5
struct SafetyNetStatement {
    PrivateKey signer;  // of ES256 or RS256
    std::vector<Bytes> x5c;
    std::string ver = "12685023";
    std::optional<std::string> nonce{};  // if set, another one
    std::string algorithm_name{};        // if set, another one
    std::string cts_profile_match = "true";
    std::optional<std::string> header{};   // if set, the whole JSON
    std::optional<std::string> payload{};  // if set, the whole JSON

    Bytes operator()(const Attested& attested) const;
};

/// TPMT_PUBLIC
struct TpmPublicArea {
    std::uint16_t type = 0x0001;
    std::uint16_t name_algorithm = 0x000b;
    std::uint32_t attributes = 0x0006'0472;
    Bytes policy = Bytes(32, std::byte{0x9d});
    std::uint16_t symmetric = 0x0010;
    std::uint16_t scheme = 0x0010;
    std::uint16_t scheme_hash = 0x000b;  // if there is a scheme
    std::uint16_t key_bits = 2'048;      // of RSA
    std::uint32_t exponent = 0;          // of RSA
    std::uint16_t curve = 0x0003;        // of ECC
    std::uint16_t kdf = 0x0010;          // of ECC
    Bytes first;                         // the modulus, or x
    Bytes second;                        // y
    Bytes trailing{};

    /// Of a key that a TPM can have: RSA, or on P-256, P-384 or P-521.
    static TpmPublicArea of(const PrivateKey& key);

    [[nodiscard]] Bytes finish() const;
};

/// TPMS_ATTEST with TPMS_CERTIFY_INFO
struct TpmCertInfo {
    std::uint32_t magic = 0xff54'4347;
    std::uint16_t type = 0x8017;
    std::optional<Bytes> extra_data{};  // if set, another one
    std::optional<Bytes> name{};        // if set, another one
    std::optional<Bytes> encoded{};     // if set, the whole structure
    Bytes trailing{};

    [[nodiscard]] Bytes finish(const Bytes& hash, const Bytes& object_name) const;
};

/// 8.3
struct TpmStatement {
    PrivateKey aik;
    std::vector<Bytes> x5c;
    TpmPublicArea pub_area;
    std::string ver = "2.0";
    std::int64_t algorithm = -7;
    crypto::SignatureAlgorithm signed_with = crypto::SignatureAlgorithm::ecdsa_p256_sha256;
    TpmCertInfo cert_info{};

    Bytes operator()(const Attested& attested) const;
};

/// The fields of an AIK certificate (8.3.1).
CertificateFields aik_fields();

/// The subject alternative name of an AIK certificate. An empty text leaves the attribute out.
RawExtension tpm_alternative_name(
    const std::string& manufacturer, const std::string& model, const std::string& version
);

/// An extended key usage of one purpose, given as the contents of its OBJECT IDENTIFIER.
RawExtension key_usage(const Bytes& purpose);

/// A subject alternative name of one DNS name.
RawExtension dns_name(const std::string& name);

}  // namespace latchkey::test
