// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "support/private_key.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::test {

/// 2026-06-01T00:00:00Z: when certificates of the tests are valid, unless a test says otherwise.
inline constexpr TimePoint certificate_time{
    std::chrono::sys_days(std::chrono::year(2026) / std::chrono::June / 1)
};

/// An extension that the tests write themselves.
struct RawExtension {
    std::string oid;
    Bytes value;
    bool critical = false;
};

enum class CertificateAuthority : std::uint8_t { no, yes, unsaid };

/// What stands in a certificate; valid for packed attestation as it is.
struct CertificateFields {
    int version = 3;
    std::vector<std::string> country{"SE"};
    std::vector<std::string> organization{"Latchkey Tests"};
    std::vector<std::string> unit{"Authenticator Attestation"};
    std::vector<std::string> common_name{"Software Authenticator"};
    CertificateAuthority authority = CertificateAuthority::no;
    std::vector<RawExtension> extensions{};
    TimePoint not_before = certificate_time - std::chrono::hours(24 * 365);
    TimePoint not_after = certificate_time + std::chrono::hours(24 * 365);
};

/// id-fido-gen-ce-aaguid as it should be: not critical, in an OCTET STRING of its own.
RawExtension aaguid_extension(const webauthn::Aaguid& aaguid);

/// A certificate with the key that belongs to it.
struct Identity {
    Bytes certificate;  // DER
    PrivateKey key;
};

/// The fields of a certificate authority with this common name.
CertificateFields authority_fields(const std::string& common_name);

/// A self-signed certificate.
Identity make_root(const CertificateFields& fields, const PrivateKey& key);

/// A certificate for `key` that `issuer` signs.
Identity issue(const Identity& issuer, const CertificateFields& fields, const PrivateKey& key);

/// A certificate in DER as PEM, RFC 7468.
std::string pem_of(const Bytes& certificate);

}  // namespace latchkey::test
