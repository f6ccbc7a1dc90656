// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/metadata.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"
#include "support/private_key.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::webauthn {
namespace {

using test::EntryDraft;
using test::MetadataSigner;
using test::ReportDraft;

const TimePoint now = test::certificate_time;
const Aaguid model({std::byte{1}, std::byte{2}, std::byte{3}});
const MetadataSigner signer = MetadataSigner::make();

json::Value payload() {
    return test::metadata_payload({{.aaguid = model}});
}

std::string judged(
    std::string_view blob, const MetadataTrust& trust = signer.trust(), TimePoint at = now
) {
    const auto metadata = Metadata::verify(blob, trust, at);
    return std::string(metadata ? "taken" : name_of(metadata.error()));
}

/// The BLOB with one member of its payload changed.
std::string with(std::string key, json::Value value) {
    json::Value changed = payload();
    changed.set(std::move(key), std::move(value));
    return signer.sign(changed);
}

std::string with_header(std::string key, json::Value value) {
    json::Value changed = signer.header();
    changed.set(std::move(key), std::move(value));
    return signer.sign_text(json::write(payload()), changed);
}

/// A BLOB whose only entry has one member changed.
std::string with_entry(std::string key, json::Value value) {
    json::Value entry = EntryDraft{.aaguid = model}.to_json();
    entry.set(std::move(key), std::move(value));
    return with("entries", json::Array{std::move(entry)});
}

std::string with_report(std::string key, json::Value value) {
    json::Value report = json::object({{"status", "REVOKED"}});
    report.set(std::move(key), std::move(value));
    return with_entry("statusReports", json::Array{std::move(report)});
}

MetadataEntry entry_with(const std::vector<ReportDraft>& reports) {
    const auto blob = signer.sign(test::metadata_payload({{.aaguid = model, .reports = reports}}));
    return Metadata::verify(blob, signer.trust(), now)->entries().at(0);
}

}  // namespace

TEST_CASE("Metadata Service 3.2: a BLOB that a root vouches for is taken") {
    const auto metadata = Metadata::verify(signer.sign(payload()), signer.trust(), now);
    REQUIRE(metadata);
    CHECK(metadata->serial() == 42);
    CHECK(metadata->next_update() == std::chrono::sys_days(std::chrono::year(2026) / 7 / 1));
    CHECK(metadata->legal_header() == "For tests.");
    CHECK(metadata->flaws() == 0);
    REQUIRE(metadata->entries().size() == 1);
    CHECK(metadata->find(model)->description == "Software Authenticator");
    CHECK(metadata->find(Aaguid()) == nullptr);
    CHECK(judged(signer.sign(payload()) + "\r\n") == "taken");
    const auto rsa = MetadataSigner::make(CoseAlgorithm::rs256);
    CHECK(judged(rsa.sign(payload()), rsa.trust()) == "taken");
}

TEST_CASE("Metadata Service 3.2: no flipped byte of a BLOB is taken") {
    const std::string blob = signer.sign(payload());
    for (std::size_t i = 0; i < blob.size(); ++i) {
        std::string changed = blob;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CAPTURE(i);
        CHECK(judged(changed) != "taken");
        CHECK(judged(blob.substr(0, i)) != "taken");
    }
}

TEST_CASE("Metadata Service 3.2: what is not a JWS in compact form is refused") {
    const std::string blob = signer.sign(payload());
    CHECK(judged("") == "not_a_blob");
    CHECK(judged("a.b") == "not_a_blob");
    CHECK(judged(".." + blob) == "header_malformed");
    CHECK(judged(blob + ".x") == "not_a_blob");
    CHECK(judged(" " + blob) == "not_a_blob");
    CHECK(judged(std::string(40'000'000, 'A')) == "too_large");
    CHECK(judged(std::string(100'000, 'A') + ".e30.e30") == "too_large");
}

TEST_CASE("Metadata Service 3.2: the header names an allowed algorithm and a chain") {
    CHECK(judged(with_header("alg", "none")) == "algorithm_not_allowed");
    CHECK(judged(with_header("alg", "HS256")) == "algorithm_not_allowed");
    CHECK(judged(with_header("alg", "es256")) == "algorithm_not_allowed");
    CHECK(judged(with_header("alg", "RS256")) == "algorithm_not_allowed");  // not of this key
    CHECK(judged(with_header("alg", 1)) == "header_malformed");
    CHECK(judged(with_header("crit", json::Array{"exp"})) == "header_malformed");
    CHECK(judged(with_header("typ", "anything")) == "taken");
    CHECK(judged(with_header("x5c", json::Array{})) == "header_malformed");
    CHECK(judged(with_header("x5c", "text")) == "header_malformed");
    CHECK(judged(with_header("x5c", json::Array{1})) == "certificate_malformed");
    CHECK(judged(with_header("x5c", json::Array{"AAAA"})) == "certificate_malformed");
    const std::string url_alphabet = base64url_encode(signer.leaf.certificate) + "=";
    CHECK(judged(with_header("x5c", json::Array{url_alphabet})) == "certificate_malformed");
    const std::string leaf = base64_encode(signer.leaf.certificate);
    CHECK(judged(with_header("x5c", json::Array(8, leaf))) == "taken");
    CHECK(judged(with_header("x5c", json::Array(9, leaf))) == "certificate_malformed");
    const auto no_chain = json::object({{"alg", "ES256"}, {"x5u", "https://example.org/chain"}});
    CHECK(judged(signer.sign_text(json::write(payload()), no_chain)) == "header_malformed");
    CHECK(judged(signer.sign_text(json::write(payload()), json::Value(1))) == "header_malformed");
}

TEST_CASE("Metadata Service 3.2: the chain of the signer leads to a root, at the time of reading") {
    const std::string blob = signer.sign(payload());
    MetadataTrust trust = signer.trust();
    const auto other = test::make_root(
        test::authority_fields("Metadata Root"), test::PrivateKey::make(CoseAlgorithm::es256, 5)
    );
    trust.roots = {other.certificate};
    CHECK(judged(blob, trust) == "signer_not_trusted");
    trust.roots = {};
    CHECK(judged(blob, trust) == "signer_not_trusted");
    trust.roots = {Bytes(3)};
    CHECK(judged(blob, trust) == "trust_root_malformed");
    trust.roots = {other.certificate, signer.root.certificate};
    CHECK(judged(blob, trust) == "taken");
    const std::chrono::hours years(24 * 800);
    CHECK(judged(blob, trust, now + years) == "signer_not_valid_now");
    CHECK(judged(blob, trust, now - years) == "signer_not_valid_now");
}

TEST_CASE("Beyond the spec: a BLOB is signed by its own host, not by any that the root vouches for"
) {
    MetadataSigner other = signer;
    const auto signed_by = [&](const test::CertificateFields& fields) {
        other.leaf = test::issue(signer.root, fields, signer.leaf.key);
        return judged(other.sign(payload()));
    };
    CHECK(signed_by(test::host_fields("evil.example.org")) == "signer_not_expected");
    CHECK(signed_by({.common_name = {"mds.example.org"}}) == "taken");
    CHECK(signed_by({.common_name = {"other"}}) == "signer_not_expected");
    // The common name of a certificate with host names says nothing.
    auto fields = test::host_fields("evil.example.org");
    fields.common_name = {"mds.example.org"};
    CHECK(signed_by(fields) == "signer_not_expected");
    MetadataTrust anybody = signer.trust();
    anybody.signer.clear();
    CHECK(judged(other.sign(payload()), anybody) == "taken");
}

TEST_CASE("Metadata Service 3.1.6: the serial number never goes back") {
    MetadataTrust trust = signer.trust();
    const std::string blob = signer.sign(payload());
    trust.serial_min = 42;
    CHECK(judged(blob, trust) == "taken");
    trust.serial_min = 43;
    CHECK(judged(blob, trust) == "serial_went_back");
}

TEST_CASE("Metadata Service 3.1.6: a BLOB is stale when the day of nextUpdate is over") {
    const auto metadata = Metadata::verify(signer.sign(payload()), signer.trust(), now);
    const TimePoint next_update{std::chrono::sys_days(std::chrono::year(2026) / 7 / 1)};
    CHECK_FALSE(metadata->is_stale(next_update));
    CHECK_FALSE(metadata->is_stale(next_update + std::chrono::hours(24) - std::chrono::seconds(1)));
    CHECK(metadata->is_stale(next_update + std::chrono::hours(24)));
}

TEST_CASE("Metadata Service 3.1.6: a payload that is not one is refused") {
    CHECK(judged(signer.sign_text("[]")) == "payload_malformed");
    CHECK(judged(signer.sign_text("{")) == "payload_malformed");
    CHECK(judged(signer.sign_text(R"({"no":1,"no":2})")) == "payload_malformed");
    CHECK(judged(with("no", "42")) == "payload_malformed");
    CHECK(judged(with("no", -1)) == "payload_malformed");
    CHECK(judged(with("no", 1.5)) == "payload_malformed");
    for (const char* date :
         {"2026-7-1", "2026-07-1", "2026-02-30", "2026-13-01", "2026/07/01", "20260701", "", "x"}) {
        CAPTURE(date);
        CHECK(judged(with("nextUpdate", date)) == "payload_malformed");
    }
    CHECK(judged(with("entries", json::object({}))) == "payload_malformed");
    CHECK(judged(with("entries", json::Array{})) == "taken");
    CHECK(judged(with("unknown", json::Array{1})) == "taken");
}

TEST_CASE("Metadata Service 3.1.1: an entry whose model or status cannot be read refuses the BLOB"
) {
    const std::string refused = "entry_malformed";
    CHECK(judged(with_entry("aaguid", 1)) == refused);
    for (const char* aaguid :
         {"",
          "01020300-0000-0000-0000-00000000000",
          "0102030000000000000000000000000000--",
          "01020300_0000_0000_0000_000000000000",
          "0102030g-0000-0000-0000-000000000000"}) {
        CAPTURE(aaguid);
        CHECK(judged(with_entry("aaguid", aaguid)) == refused);
    }
    CHECK(judged(with_entry("statusReports", nullptr)) == refused);
    CHECK(judged(with_entry("statusReports", json::Array{"REVOKED"})) == refused);
    CHECK(judged(with_entry("statusReports", json::Array{json::object({})})) == refused);
    CHECK(judged(with_report("effectiveDate", "soon")) == refused);
    CHECK(judged(with_report("effectiveDate", 20'260'101)) == refused);
    const json::Array many(129, json::object({{"status", "REVOKED"}}));
    CHECK(judged(with_entry("statusReports", many)) == refused);
    const std::string ids = "attestationCertificateKeyIdentifiers";
    CHECK(judged(with_entry(ids, "x")) == refused);
    CHECK(judged(with_entry(ids, json::Array{std::string(39, 'a')})) == refused);
    CHECK(judged(with_entry(ids, json::Array{std::string(40, 'g')})) == refused);
    CHECK(judged(with_entry(ids, json::Array{std::string(40, 'a')})) == "taken");
    CHECK(judged(with_entry(ids, json::Array(257, std::string(40, 'a')))) == refused);
    CHECK(judged(with("entries", json::Array{1})) == refused);
}

TEST_CASE("Metadata Service 3.1.1: two entries of one model refuse the BLOB") {
    const auto blob_of = [](const std::vector<EntryDraft>& entries) {
        return judged(signer.sign(test::metadata_payload(entries)));
    };
    CHECK(blob_of({{.aaguid = model}, {.aaguid = model}}) == "duplicate_entry");
    const std::string id(40, 'a');
    CHECK(blob_of({{.key_ids = {id}}, {.key_ids = {id}}}) == "duplicate_entry");
    CHECK(blob_of({{.key_ids = {id}}, {.key_ids = {std::string(40, 'b')}}}) == "taken");
}

TEST_CASE("Metadata Service 3.1.1: a model is found by its AAGUID or its key identifiers") {
    const std::string first(40, 'a');
    const std::string second(40, 'B');
    const auto metadata = Metadata::verify(
        signer.sign(test::metadata_payload(
            {{.description = "FIDO UAF"},
             {.key_ids = {second, first}, .description = "U2F"},
             {.aaguid = model, .description = "FIDO2"}}
        )),
        signer.trust(),
        now
    );
    REQUIRE(metadata);
    CHECK(metadata->entries().size() == 2);
    CHECK(metadata->find(model)->description == "FIDO2");
    std::array<std::byte, 20> id{};
    id.fill(std::byte{0xbb});
    CHECK(metadata->find(AttestationKeyId(id))->description == "U2F");
    id.fill(std::byte{0xaa});
    CHECK(metadata->find(AttestationKeyId(id))->description == "U2F");
    id.fill(std::byte{0xcc});
    CHECK(metadata->find(AttestationKeyId(id)) == nullptr);
}

TEST_CASE("Metadata Statement: anchors that are none, or of another model, are left out") {
    const auto statement_with = [](json::Value statement) {
        return Metadata::verify(
                   with_entry("metadataStatement", std::move(statement)), signer.trust(), now
        )
            .value();
    };
    const std::string root = base64_encode(signer.root.certificate);
    const std::string anchors = "attestationRootCertificates";
    auto metadata = statement_with(json::object({{anchors, json::Array{root, "AAAA", 1, root}}}));
    CHECK(metadata.entries().at(0).roots.size() == 2);
    CHECK(metadata.flaws() == 2);
    metadata = statement_with(json::object(
        {{"aaguid", test::text_of_aaguid(Aaguid({std::byte{9}}))}, {anchors, json::Array{root}}}
    ));
    CHECK(metadata.entries().at(0).roots.empty());
    CHECK(metadata.flaws() == 1);
    metadata = statement_with(json::object({{anchors, json::Array(257, root)}}));
    CHECK(metadata.entries().at(0).roots.empty());
    CHECK(statement_with(json::object({})).entries().at(0).description.empty());
}

TEST_CASE("Metadata Statement: a description is cut at a character") {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "\xe2\x82\xac";  // three bytes each
    }
    const auto metadata = Metadata::verify(
        signer.sign(test::metadata_payload({{.aaguid = model, .description = text}})),
        signer.trust(),
        now
    );
    CHECK(metadata->find(model)->description == text.substr(0, 198));
}

TEST_CASE("Metadata Service 3.1.3: a report is in effect from its date on") {
    const auto entry = entry_with(
        {{.status = "REVOKED", .effective_date = "2026-06-02"}, {.status = "UPDATE_AVAILABLE"}}
    );
    CHECK_FALSE(has_status(entry, AuthenticatorStatus::revoked, now));
    CHECK(has_status(entry, AuthenticatorStatus::revoked, now + std::chrono::hours(24)));
    CHECK(has_status(entry, AuthenticatorStatus::update_available, TimePoint()));
}

TEST_CASE("Metadata Service 3.1.4: each status has its name, and one of tomorrow decides nothing") {
    for (int i = 0; i <= static_cast<int>(AuthenticatorStatus::unknown); ++i) {
        const auto status = static_cast<AuthenticatorStatus>(i);
        const auto entry = entry_with({{.status = std::string(name_of(status))}});
        CAPTURE(i);
        CHECK(entry.reports.at(0).status == status);
    }
    const auto entry = entry_with({{.status = "FIDO_CERTIFIED_L9"}, {.status = "revoked"}});
    CHECK(entry.reports.at(0).status == AuthenticatorStatus::unknown);
    CHECK(entry.reports.at(1).status == AuthenticatorStatus::unknown);
    CHECK(certification_of(entry, now) == CertificationLevel::none);
}

TEST_CASE("Metadata Service 3.1.4: the certification is the highest since it was last taken away") {
    using enum CertificationLevel;
    const auto level = [](const std::vector<ReportDraft>& reports) {
        return certification_of(entry_with(reports), now);
    };
    CHECK(level({}) == none);
    CHECK(level({{.status = "FIDO_CERTIFIED"}}) == l1);
    CHECK(level({{.status = "FIDO_CERTIFIED_L1"}}) == l1);
    CHECK(level({{.status = "FIDO_CERTIFIED_L1plus"}}) == l1_plus);
    CHECK(level({{.status = "FIDO_CERTIFIED_L2"}, {.status = "FIDO_CERTIFIED_L1"}}) == l2);
    CHECK(level({{.status = "FIDO_CERTIFIED_L2plus"}}) == l2_plus);
    CHECK(level({{.status = "FIDO_CERTIFIED_L3"}}) == l3);
    CHECK(level({{.status = "FIDO_CERTIFIED_L3plus"}}) == l3_plus);
    CHECK(level({{.status = "SELF_ASSERTION_SUBMITTED"}, {.status = "RETIRED"}}) == none);
    CHECK(
        level(
            {{.status = "NOT_FIDO_CERTIFIED", .effective_date = "2026-02-01"},
             {.status = "FIDO_CERTIFIED_L2", .effective_date = "2026-01-01"}}
        ) == none
    );
    CHECK(
        level(
            {{.status = "FIDO_CERTIFIED_L1", .effective_date = "2026-03-01"},
             {.status = "FIDO_CERTIFIED_L3", .effective_date = "2027-01-01"},
             {.status = "NOT_FIDO_CERTIFIED"},
             {.status = "FIDO_CERTIFIED_L2", .effective_date = "2026-01-01"}}
        ) == l2
    );
}

TEST_CASE("The names of levels are read back") {
    for (int i = 0; i <= static_cast<int>(CertificationLevel::l3_plus); ++i) {
        const auto level = static_cast<CertificationLevel>(i);
        CHECK(certification_level(name_of(level)) == level);
    }
    CHECK(certification_level("L4") == std::nullopt);
    CHECK(certification_level("") == std::nullopt);
}

}  // namespace latchkey::webauthn
