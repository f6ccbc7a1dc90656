// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// The edges of what a BLOB of the Metadata Service may say.
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"
#include "webauthn/limits.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

const Aaguid model({std::byte{1}, std::byte{2}, std::byte{3}});
const test::MetadataSigner signer = test::MetadataSigner::make();
const std::string key_ids = "attestationCertificateKeyIdentifiers";
const std::string anchors = "attestationRootCertificates";

Result<Metadata, MetadataError> verified(std::string_view blob) {
    return Metadata::verify(blob, signer.trust(), test::certificate_time);
}

std::string judged(const Result<Metadata, MetadataError>& metadata) {
    return std::string(metadata ? "taken" : name_of(metadata.error()));
}

/// A BLOB with one member of its payload changed.
Result<Metadata, MetadataError> with(std::string key, json::Value value) {
    json::Value payload = test::metadata_payload({{.aaguid = model}});
    payload.set(std::move(key), std::move(value));
    return verified(signer.sign(payload));
}

/// A BLOB whose only entry has one member changed.
Result<Metadata, MetadataError> with_entry(std::string key, json::Value value) {
    json::Value entry = test::EntryDraft{.aaguid = model}.to_json();
    entry.set(std::move(key), std::move(value));
    return with("entries", json::Array{std::move(entry)});
}

/// Different key identifiers.
json::Array identifiers(std::size_t count) {
    json::Array list;
    for (std::size_t i = 0; i < count; ++i) {
        Bytes id(20);
        id[0] = static_cast<std::byte>(i);
        id[1] = static_cast<std::byte>(i >> 8U);
        list.emplace_back(hex_encode(id));
    }
    return list;
}

}  // namespace

TEST_CASE("Metadata Service 3.1.6: a date is ten characters, all digits but the dashes") {
    for (const char* date :
         {"2026-07-010",
          "2026/07-01",
          "2026-07/01",
          "2026-7x-01",
          "2026-07-1x",
          "202x-07-01",
          "x026-07-01",
          "2026-xx-01",
          "2026-07-xx"}) {
        CAPTURE(date);
        CHECK(judged(with("nextUpdate", date)) == "payload_malformed");
    }
    CHECK(
        with("nextUpdate", "2026-12-31")->next_update() ==
        std::chrono::sys_days(std::chrono::year(2026) / 12 / 31)
    );
}

TEST_CASE("Metadata Service 3.1.6: the first serial number is 0") {
    CHECK(with("no", 0)->serial() == 0);
    CHECK(judged(with("no", -1)) == "payload_malformed");
}

TEST_CASE("Metadata Service 3.1.1: a key identifier has 20 bytes") {
    for (const std::size_t digits : {38U, 42U}) {
        const json::Array id{std::string(digits, 'a')};
        CHECK(judged(with_entry(key_ids, id)) == "entry_malformed");
    }
}

TEST_CASE("Metadata Service 3.1.1: an entry may be as large as its limits, and no larger") {
    CHECK(judged(with_entry(key_ids, identifiers(limits::metadata_key_ids))) == "taken");
    CHECK(
        judged(with_entry(key_ids, identifiers(limits::metadata_key_ids + 1))) == "entry_malformed"
    );
    const auto reports = [](std::size_t count) {
        return json::Array(count, json::object({{"status", "RETIRED"}}));
    };
    CHECK(judged(with_entry("statusReports", reports(limits::metadata_reports))) == "taken");
    CHECK(
        judged(with_entry("statusReports", reports(limits::metadata_reports + 1))) ==
        "entry_malformed"
    );
    const json::Value root(base64_encode(signer.root.certificate));
    const auto count_with = [&](std::size_t count) {
        const auto metadata =
            with_entry("metadataStatement", json::object({{anchors, json::Array(count, root)}}));
        return std::pair(metadata->entries().at(0).roots.size(), metadata->flaws());
    };
    CHECK(count_with(limits::metadata_roots) == std::pair(limits::metadata_roots, std::size_t{0}));
    CHECK(
        count_with(limits::metadata_roots + 1) ==
        std::pair(std::size_t{0}, limits::metadata_roots + 1)
    );
}

TEST_CASE("Metadata Service 3.1.6: a payload has a limit of entries") {
    const auto entries = [](std::size_t count) {
        return json::Array(count, json::object({{"statusReports", json::Array{}}}));
    };
    CHECK(judged(with("entries", entries(limits::metadata_entries))) == "taken");
    CHECK(judged(with("entries", entries(limits::metadata_entries + 1))) == "payload_malformed");
}

TEST_CASE("Metadata Service 3.1.1: an entry without a metadata statement is no flaw") {
    const json::Value entry =
        json::object({{"aaguid", test::text_of_aaguid(model)}, {"statusReports", json::Array{}}});
    const auto metadata = with("entries", json::Array{entry});
    REQUIRE(metadata);
    CHECK(metadata->entries().size() == 1);
    CHECK(metadata->flaws() == 0);
}

TEST_CASE("Metadata Statement: anchors that are no array are none") {
    const auto metadata = with_entry("metadataStatement", json::object({{anchors, "root"}}));
    REQUIRE(metadata);
    CHECK(metadata->entries().at(0).roots.empty());
    CHECK(metadata->flaws() == 0);
}

TEST_CASE("Metadata Statement: a description of 200 bytes stands whole") {
    const std::string text(limits::metadata_description_bytes, 'x');
    const auto described = [](const std::string& description) {
        return with_entry("metadataStatement", json::object({{"description", description}}))
            ->entries()
            .at(0)
            .description;
    };
    CHECK(described(text) == text);
    CHECK(described(text + "x") == text);
}

TEST_CASE("Metadata Service 3.1.3: what is no certificate is left out of a report") {
    const auto certificate_of = [](const std::string& text) {
        const json::Value report = json::object({{"status", "REVOKED"}, {"certificate", text}});
        return with_entry("statusReports", json::Array{report})
            ->entries()
            .at(0)
            .reports.at(0)
            .certificate;
    };
    CHECK(certificate_of(base64_encode(signer.root.certificate)) == signer.root.certificate);
    CHECK_FALSE(certificate_of(base64_encode(Bytes(8))));
    CHECK_FALSE(certificate_of("{}"));
}

TEST_CASE("Metadata Service 3.2: a BLOB may end with one line end, or several") {
    const std::string blob = signer.sign(test::metadata_payload({{.aaguid = model}}));
    CHECK(judged(verified(blob + "\n")) == "taken");
    CHECK(judged(verified(blob + "\n\n\n")) == "taken");
}

TEST_CASE("Metadata Service 3.2: a signature that is cut, or by another key, is refused by name") {
    const std::string signed_text = signer.sign(test::metadata_payload({{.aaguid = model}}));
    CHECK(judged(verified(signed_text.substr(0, signed_text.size() - 2))) == "bad_signature");
    test::MetadataSigner other = signer;
    other.leaf.key = test::PrivateKey::make(CoseAlgorithm::es256, 4'950);
    const std::string blob = other.sign(test::metadata_payload({{.aaguid = model}}));
    CHECK(judged(verified(blob)) == "bad_signature");
}

}  // namespace latchkey::webauthn
