// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/webauthn/metadata.hpp"

#include "latchkey/webauthn/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::webauthn {
namespace {

using enum AuthenticatorStatus;

// Each in the order of its enumeration.
constexpr std::array<std::string_view, 17> status_names{
    "NOT_FIDO_CERTIFIED",
    "SELF_ASSERTION_SUBMITTED",
    "FIDO_CERTIFIED",
    "FIDO_CERTIFIED_L1",
    "FIDO_CERTIFIED_L1plus",
    "FIDO_CERTIFIED_L2",
    "FIDO_CERTIFIED_L2plus",
    "FIDO_CERTIFIED_L3",
    "FIDO_CERTIFIED_L3plus",
    "UPDATE_AVAILABLE",
    "RETIRED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
    "REVOKED",
    "unknown",
};
static_assert(status_names.size() == static_cast<std::size_t>(unknown) + 1);

constexpr std::array<std::string_view, 7> level_names{
    "none", "L1", "L1+", "L2", "L2+", "L3", "L3+"
};
static_assert(level_names.size() == static_cast<std::size_t>(CertificationLevel::l3_plus) + 1);

constexpr std::array<std::string_view, 16> error_names{
    "too_large",
    "not_a_blob",
    "header_malformed",
    "algorithm_not_allowed",
    "certificate_malformed",
    "trust_root_malformed",
    "signer_not_expected",
    "signer_not_trusted",
    "signer_not_valid_now",
    "bad_signature",
    "payload_malformed",
    "entry_malformed",
    "duplicate_entry",
    "serial_went_back",
    "out_of_memory",
    "cryptography_failed",
};
static_assert(
    error_names.size() == static_cast<std::size_t>(MetadataError::cryptography_failed) + 1
);

CertificationLevel level_of(AuthenticatorStatus status) {
    switch (status) {
        case fido_certified:
        case fido_certified_l1:
            return CertificationLevel::l1;
        case fido_certified_l1_plus:
            return CertificationLevel::l1_plus;
        case fido_certified_l2:
            return CertificationLevel::l2;
        case fido_certified_l2_plus:
            return CertificationLevel::l2_plus;
        case fido_certified_l3:
            return CertificationLevel::l3;
        case fido_certified_l3_plus:
            return CertificationLevel::l3_plus;
        default:
            return CertificationLevel::none;
    }
}

/// Of two reports of one entry. One without a date has been in effect since ever; those of one date
/// stand in the order in which they were written, that of their addresses.
bool is_later(const StatusReport& report, const StatusReport& other) {
    return std::pair(report.effective_date, &report) > std::pair(other.effective_date, &other);
}

template <class Key>
const MetadataEntry* find_in(
    const std::vector<std::pair<Key, std::size_t>>& index,
    const std::vector<MetadataEntry>& entries,
    const Key& key
) {
    const auto found =
        std::lower_bound(index.begin(), index.end(), key, [](const auto& one, const Key& other) {
            return one.first < other;
        });
    if (found == index.end() || found->first != key) return nullptr;
    return &entries[found->second];
}

}  // namespace

std::string_view name_of(AuthenticatorStatus status) noexcept {
    return status_names.at(static_cast<std::size_t>(status));
}

std::string_view name_of(CertificationLevel level) noexcept {
    return level_names.at(static_cast<std::size_t>(level));
}

std::string_view name_of(MetadataError error) noexcept {
    return error_names.at(static_cast<std::size_t>(error));
}

std::optional<CertificationLevel> certification_level(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(level_names, name);
    if (found == level_names.end()) return std::nullopt;
    return static_cast<CertificationLevel>(found - level_names.begin());
}

bool is_in_effect(const StatusReport& report, TimePoint now) noexcept {
    return !report.effective_date || *report.effective_date <= now;
}

bool has_status(const MetadataEntry& entry, AuthenticatorStatus status, TimePoint now) noexcept {
    return std::ranges::any_of(entry.reports, [&](const StatusReport& report) {
        return report.status == status && is_in_effect(report, now);
    });
}

CertificationLevel certification_of(const MetadataEntry& entry, TimePoint now) noexcept {
    const StatusReport* withdrawal = nullptr;  // the last
    for (const StatusReport& report : entry.reports) {
        if (report.status != not_fido_certified || !is_in_effect(report, now)) continue;
        if (withdrawal == nullptr || is_later(report, *withdrawal)) withdrawal = &report;
    }
    CertificationLevel level = CertificationLevel::none;
    for (const StatusReport& report : entry.reports) {
        const bool counts = withdrawal == nullptr || is_later(report, *withdrawal);
        if (counts && is_in_effect(report, now)) level = std::max(level, level_of(report.status));
    }
    return level;
}

const MetadataEntry* Metadata::find(const Aaguid& aaguid) const noexcept {
    return find_in(by_aaguid_, entries_, aaguid);
}

const MetadataEntry* Metadata::find(const AttestationKeyId& key_id) const noexcept {
    return find_in(by_key_id_, entries_, key_id);
}

}  // namespace latchkey::webauthn
