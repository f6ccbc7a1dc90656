// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "latchkey/webauthn.hpp"
#include "support/certificates.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A metadata service of our own: BLOBs as the FIDO Alliance signs them, by another root.
namespace latchkey::test {

/// A status report: `{.status = "REVOKED"}`.
struct ReportDraft {
    std::string status;
    std::optional<std::string> effective_date{};
    std::optional<Bytes> certificate{};
};

/// An entry of a BLOB, valid as it is.
struct EntryDraft {
    std::optional<webauthn::Aaguid> aaguid{};
    std::vector<std::string> key_ids{};  // hexadecimal
    std::string description = "Software Authenticator";
    std::vector<Bytes> roots{};
    std::vector<ReportDraft> reports{{.status = "FIDO_CERTIFIED_L1"}};

    [[nodiscard]] json::Value to_json() const;
};

/// MetadataBLOBPayload, valid as it is.
json::Value metadata_payload(const std::vector<EntryDraft>& entries);

/// Hexadecimal digits with dashes.
std::string text_of_aaguid(const webauthn::Aaguid& aaguid);

/// Who signs BLOBs.
struct MetadataSigner {
    Identity root;
    Identity leaf;
    std::string host = "mds.example.org";

    /// `algorithm` is es256 or rs256: of the leaf's key.
    static MetadataSigner make(webauthn::CoseAlgorithm algorithm = webauthn::CoseAlgorithm::es256);

    /// The BLOB. `header` replaces the usual one.
    [[nodiscard]] std::string sign_text(
        std::string_view payload, const std::optional<json::Value>& header = {}
    ) const;
    [[nodiscard]] std::string sign(const json::Value& payload) const;

    /// alg, typ and x5c.
    [[nodiscard]] json::Value header() const;

    [[nodiscard]] webauthn::MetadataTrust trust() const;
};

/// A certificate for a TLS host: what signs BLOBs.
CertificateFields host_fields(const std::string& host);

}  // namespace latchkey::test
