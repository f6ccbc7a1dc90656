// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/certificate.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/aaguid.hpp"
#include "webauthn/limits.hpp"
#include "webauthn/metadata_blob.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// MetadataBLOBPayload and what is in it. Member names are those of the specification and stand in
/// this file only.
namespace latchkey::webauthn {
namespace {

using enum MetadataError;

constexpr json::Limits payload_limits{
    .bytes = limits::metadata_blob_bytes, .depth = 16, .values = limits::metadata_values
};

/// The decimal digits at `at`; nullopt: other characters.
std::optional<unsigned> number_at(std::string_view text, std::size_t at, std::size_t size) {
    unsigned number = 0;
    const char* const end = text.data() + at + size;
    const auto [rest, error] = std::from_chars(text.data() + at, end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

/// An ISO 8601 date, "2026-11-22".
std::optional<std::chrono::sys_days> date_from(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = number_at(text, 0, 4);
    const auto month = number_at(text, 5, 2);
    const auto day = number_at(text, 8, 2);
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(*month),
        std::chrono::day(*day)
    );
    if (!date.ok()) return std::nullopt;
    return date;
}

std::optional<AttestationKeyId> key_id_from(const json::Value& value) {
    const std::string* text = value.as_string();
    const auto bytes = text == nullptr ? std::nullopt : hex_decode(*text);
    std::array<std::byte, 20> id{};
    if (!bytes || bytes->size() != id.size()) return std::nullopt;
    std::ranges::copy(*bytes, id.begin());
    return AttestationKeyId(id);
}

AuthenticatorStatus status_from(std::string_view text) {
    for (auto i = 0; i < static_cast<int>(AuthenticatorStatus::unknown); ++i) {
        const auto status = static_cast<AuthenticatorStatus>(i);
        if (name_of(status) == text) return status;
    }
    return AuthenticatorStatus::unknown;
}

/// Cut at a character, so that it stays UTF-8.
std::string shortened(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size()) {
        const std::size_t next = size + utf8_length(text.substr(size));
        if (next == size || next > limits::metadata_description_bytes) break;
        size = next;
    }
    return std::string(text.substr(0, size));
}

std::optional<StatusReport> read_report(const json::Value& value) {
    const std::string* status = value.find_string("status");
    if (status == nullptr) return std::nullopt;
    StatusReport report{
        .status = status_from(*status), .effective_date = std::nullopt, .certificate = std::nullopt
    };
    if (const json::Value* date = value.find("effectiveDate")) {
        const std::string* text = date->as_string();
        report.effective_date = text == nullptr ? std::nullopt : date_from(*text);
        if (!report.effective_date) return std::nullopt;
    }
    // What cannot be read as one narrows nothing: the report is then about the whole model.
    if (const std::string* text = value.find_string("certificate")) {
        auto der = base64_decode(*text);
        if (der && crypto::Certificate::parse(*der)) report.certificate = *std::move(der);
    }
    return report;
}

/// The models that an entry is about.
struct Models {
    std::optional<Aaguid> aaguid;
    std::vector<AttestationKeyId> key_ids;
};

std::optional<Models> read_models(const json::Value& entry) {
    Models models;
    if (const json::Value* aaguid = entry.find("aaguid")) {
        models.aaguid =
            aaguid->as_string() == nullptr ? std::nullopt : parse_aaguid(*aaguid->as_string());
        if (!models.aaguid) return std::nullopt;
    }
    if (const json::Value* list = entry.find("attestationCertificateKeyIdentifiers")) {
        if (list->as_array() == nullptr) return std::nullopt;
        if (list->as_array()->size() > limits::metadata_key_ids) return std::nullopt;
        for (const json::Value& item : *list->as_array()) {
            const auto id = key_id_from(item);
            if (!id) return std::nullopt;
            models.key_ids.push_back(*id);
        }
    }
    return models;
}

std::optional<std::vector<StatusReport>> read_reports(const json::Value& entry) {
    const json::Value* list = entry.find("statusReports");
    if (list == nullptr || list->as_array() == nullptr) return std::nullopt;
    if (list->as_array()->size() > limits::metadata_reports) return std::nullopt;
    std::vector<StatusReport> reports;
    for (const json::Value& item : *list->as_array()) {
        auto report = read_report(item);
        if (!report) return std::nullopt;
        reports.push_back(*std::move(report));
    }
    return reports;
}

/// Fills in what the metadata statement says, if there is one; returns how much of it is of no use.
std::size_t read_statement(const json::Value& entry, MetadataEntry& model) {
    const json::Value* statement = entry.find("metadataStatement");
    if (statement == nullptr) return 0;
    if (const std::string* text = statement->find_string("description")) {
        model.description = shortened(*text);
    }
    const json::Value* list = statement->find("attestationRootCertificates");
    if (list == nullptr || list->as_array() == nullptr) return 0;
    const json::Array& roots = *list->as_array();
    const std::string* claimed = statement->find_string("aaguid");
    const bool is_of_another = claimed != nullptr && parse_aaguid(*claimed) != model.aaguid;
    if (is_of_another || roots.size() > limits::metadata_roots) return roots.size();
    std::size_t flaws = 0;
    for (const json::Value& item : roots) {
        const std::string* text = item.as_string();
        auto der = text == nullptr ? std::nullopt : base64_decode(*text);
        if (der && crypto::Certificate::parse(*der)) {
            model.roots.push_back(*std::move(der));
        } else {
            ++flaws;
        }
    }
    return flaws;
}

template <class Key>
bool has_duplicate(const std::vector<std::pair<Key, std::size_t>>& sorted) {
    constexpr auto key = &std::pair<Key, std::size_t>::first;
    return std::ranges::adjacent_find(sorted, {}, key) != sorted.end();
}

}  // namespace

Result<Metadata, MetadataError> MetadataReader::read_payload(std::string_view json) {
    const auto payload = json::parse(json, payload_limits);
    if (!payload) return Fail{payload_malformed};
    const json::Value* serial = payload->find("no");
    const std::string* next_update = payload->find_string("nextUpdate");
    const json::Value* entries = payload->find("entries");
    if (serial == nullptr || serial->as_integer() == nullptr || *serial->as_integer() < 0 ||
        next_update == nullptr || entries == nullptr || entries->as_array() == nullptr) {
        return Fail{payload_malformed};
    }
    const auto date = date_from(*next_update);
    if (!date || entries->as_array()->size() > limits::metadata_entries) {
        return Fail{payload_malformed};
    }
    Metadata metadata;
    metadata.serial_ = static_cast<std::uint64_t>(*serial->as_integer());
    metadata.next_update_ = *date;
    if (const std::string* text = payload->find_string("legalHeader")) {
        metadata.legal_header_ = *text;
    }
    for (const json::Value& entry : *entries->as_array()) {
        auto models = read_models(entry);
        auto reports = read_reports(entry);
        if (!models || !reports) return Fail{entry_malformed};
        if (!models->aaguid && models->key_ids.empty()) continue;  // FIDO UAF
        const std::size_t number = metadata.entries_.size();
        if (models->aaguid) metadata.by_aaguid_.emplace_back(*models->aaguid, number);
        for (const AttestationKeyId& id : models->key_ids) {
            metadata.by_key_id_.emplace_back(id, number);
        }
        MetadataEntry model{
            .aaguid = models->aaguid,
            .key_ids = std::move(models->key_ids),
            .description = {},
            .reports = *std::move(reports),
            .roots = {},
        };
        metadata.flaws_ += read_statement(entry, model);
        metadata.entries_.push_back(std::move(model));
    }
    std::ranges::sort(metadata.by_aaguid_);
    std::ranges::sort(metadata.by_key_id_);
    if (has_duplicate(metadata.by_aaguid_) || has_duplicate(metadata.by_key_id_)) {
        return Fail{duplicate_entry};
    }
    return metadata;
}

}  // namespace latchkey::webauthn
