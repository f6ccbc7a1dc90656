// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/metadata.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/der.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/certificates.hpp"
#include "support/private_key.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using webauthn::CoseAlgorithm;

/// SubjectAltName with one dNSName.
RawExtension subject_alternative_name(const std::string& host) {
    Bytes name{std::byte{0x82}, static_cast<std::byte>(host.size())};
    const ByteView text = bytes_of(host);
    name.insert(name.end(), text.begin(), text.end());
    return {.oid = "2.5.29.17", .value = crypto::der::write(crypto::der::Tag::sequence, name)};
}

/// RFC 7518 section 3.4: the two numbers of Ecdsa-Sig-Value, 32 bytes each.
Bytes jose_signature(const Bytes& der) {
    crypto::der::Reader outer(der);
    crypto::der::Reader numbers(outer.read(crypto::der::Tag::sequence).value());
    Bytes both(64);
    for (const std::size_t end : {32U, 64U}) {
        const ByteView number = numbers.read_unsigned().value();
        std::ranges::copy(number, both.begin() + static_cast<std::ptrdiff_t>(end - number.size()));
    }
    return both;
}

json::Array base64_list(const std::vector<Bytes>& list) {
    json::Array texts;
    for (const Bytes& bytes : list) {
        texts.emplace_back(base64_encode(bytes));
    }
    return texts;
}

}  // namespace

std::string text_of_aaguid(const webauthn::Aaguid& aaguid) {
    std::string text = hex_encode(aaguid.value());
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

json::Value EntryDraft::to_json() const {
    json::Array report_list;
    for (const ReportDraft& draft : reports) {
        json::Value report = json::object({{"status", draft.status}});
        if (draft.effective_date) report.set("effectiveDate", *draft.effective_date);
        if (draft.certificate) report.set("certificate", base64_encode(*draft.certificate));
        report_list.push_back(std::move(report));
    }
    json::Value statement = json::object({
        {"description", description},
        {"authenticatorVersion", 1},
        {"protocolFamily", "fido2"},
        {"schema", 3},
        {"attestationRootCertificates", base64_list(roots)},
    });
    json::Value entry = json::object({
        {"statusReports", std::move(report_list)},
        {"timeOfLastStatusChange", "2026-01-01"},
    });
    if (aaguid) {
        statement.set("aaguid", text_of_aaguid(*aaguid));
        entry.set("aaguid", text_of_aaguid(*aaguid));
    }
    if (!key_ids.empty()) {
        entry.set(
            "attestationCertificateKeyIdentifiers", json::Array(key_ids.begin(), key_ids.end())
        );
    }
    entry.set("metadataStatement", std::move(statement));
    return entry;
}

json::Value metadata_payload(const std::vector<EntryDraft>& entries) {
    json::Array list;
    for (const EntryDraft& entry : entries) {
        list.push_back(entry.to_json());
    }
    return json::object({
        {"legalHeader", "For tests."},
        {"no", 42},
        {"nextUpdate", "2026-07-01"},
        {"entries", std::move(list)},
    });
}

CertificateFields host_fields(const std::string& host) {
    return {.unit = {}, .common_name = {host}, .extensions = {subject_alternative_name(host)}};
}

MetadataSigner MetadataSigner::make(CoseAlgorithm algorithm) {
    const auto root_key = PrivateKey::make(CoseAlgorithm::es256, 31'000);
    const auto root = make_root(authority_fields("Metadata Root"), root_key);
    const auto leaf =
        issue(root, host_fields("mds.example.org"), PrivateKey::make(algorithm, 31'001));
    return {.root = root, .leaf = leaf};
}

json::Value MetadataSigner::header() const {
    const bool is_rsa = leaf.key.algorithm() == CoseAlgorithm::rs256;
    return json::object({
        {"alg", is_rsa ? "RS256" : "ES256"},
        {"typ", "JWT"},
        {"x5c", base64_list({leaf.certificate})},
    });
}

std::string MetadataSigner::sign_text(
    std::string_view payload, const std::optional<json::Value>& other_header
) const {
    std::string text = base64url_encode(bytes_of(json::write(other_header.value_or(header()))));
    text += '.';
    text += base64url_encode(bytes_of(payload));
    const Bytes signature = leaf.key.sign(bytes_of(text));
    const bool is_ecdsa = leaf.key.algorithm() == CoseAlgorithm::es256;
    text += '.';
    text += base64url_encode(is_ecdsa ? jose_signature(signature) : signature);
    return text;
}

std::string MetadataSigner::sign(const json::Value& payload) const {
    return sign_text(json::write(payload));
}

webauthn::MetadataTrust MetadataSigner::trust() const {
    return {.roots = {root.certificate}, .signer = host};
}

}  // namespace latchkey::test
