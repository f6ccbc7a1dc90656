// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::webauthn {
namespace {

const test::MetadataSigner signer = test::MetadataSigner::make();
const TimePoint now = test::certificate_time;

Aaguid model(std::uint8_t number) {
    return Aaguid({std::byte{0xaa}, static_cast<std::byte>(number)});
}

AttestationKeyId key_id(std::uint8_t number) {
    return AttestationKeyId({std::byte{0xbb}, static_cast<std::byte>(number)});
}

/// A day of the past, or of the future beyond 100.
std::chrono::sys_days day(std::uint8_t number) {
    return std::chrono::floor<std::chrono::days>(now) + std::chrono::days(int{number} - 100);
}

const std::array levels{
    std::pair{AuthenticatorStatus::not_fido_certified, CertificationLevel::none},
    std::pair{AuthenticatorStatus::fido_certified, CertificationLevel::l1},
    std::pair{AuthenticatorStatus::fido_certified_l1_plus, CertificationLevel::l1_plus},
    std::pair{AuthenticatorStatus::fido_certified_l2, CertificationLevel::l2},
    std::pair{AuthenticatorStatus::update_available, CertificationLevel::none},
    std::pair{AuthenticatorStatus::fido_certified_l3_plus, CertificationLevel::l3_plus},
};

/// What the reports say one after another, by their days.
CertificationLevel level_by_history(const std::map<std::uint8_t, std::uint8_t>& history) {
    auto level = CertificationLevel::none;
    for (const auto& [number, status] : history) {
        if (day(number) > now) break;
        const auto& [name, gained] = levels.at(status % levels.size());
        if (name == AuthenticatorStatus::not_fido_certified) level = CertificationLevel::none;
        level = std::max(level, gained);
    }
    return level;
}

}  // namespace

TEST_CASE(
    "Metadata: each model of a BLOB is found in it, whatever their "
    "order, and no other"
) {
    const bool holds = rc::check([](const std::vector<std::uint8_t>& numbers, std::uint8_t kind) {
        const bool has_key_ids = kind % 2 == 1;
        std::vector<test::EntryDraft> entries;
        std::set<std::uint8_t> kept;
        for (const std::uint8_t number : numbers) {
            if (!kept.insert(number).second) continue;
            test::EntryDraft entry{.description = std::to_string(number)};
            if (has_key_ids) entry.key_ids = {hex_encode(key_id(number).value())};
            if (!has_key_ids) entry.aaguid = model(number);
            entries.push_back(std::move(entry));
        }
        const auto blob = signer.sign(test::metadata_payload(entries));
        const auto metadata = Metadata::verify(blob, signer.trust(), now);
        RC_ASSERT(metadata.has_value());
        RC_ASSERT(metadata->entries().size() == kept.size());
        for (unsigned number = 0; number < 256; ++number) {
            const auto small = static_cast<std::uint8_t>(number);
            const auto* found =
                has_key_ids ? metadata->find(key_id(small)) : metadata->find(model(small));
            RC_ASSERT((found != nullptr) == kept.contains(small));
            if (found != nullptr) RC_ASSERT(found->description == std::to_string(number));
        }
    });
    CHECK(holds);
}

TEST_CASE("Metadata: no text that is not a payload is taken, though it is signed") {
    const bool holds = rc::check([](const std::string& text, std::size_t at) {
        const auto is_taken = [](const std::string& payload) {
            return Metadata::verify(signer.sign_text(payload), signer.trust(), now).has_value();
        };
        RC_ASSERT_FALSE(is_taken(text));
        const std::string payload = json::write(test::metadata_payload({{.aaguid = model(1)}}));
        RC_ASSERT_FALSE(is_taken(payload.substr(0, at % payload.size())));
    });
    CHECK(holds);
}

TEST_CASE(
    "Metadata: certification is what the reports say by their days, in "
    "any order"
) {
    const bool holds = rc::check([](const std::map<std::uint8_t, std::uint8_t>& history,
                                    std::size_t turn) {
        MetadataEntry entry;
        for (const auto& [number, status] : history) {
            entry.reports.push_back(
                {.status = levels.at(status % levels.size()).first, .effective_date = day(number)}
            );
        }
        if (!entry.reports.empty()) {
            const auto middle = static_cast<std::ptrdiff_t>(turn % entry.reports.size());
            std::ranges::rotate(entry.reports, entry.reports.begin() + middle);
        }
        RC_ASSERT(certification_of(entry, now) == level_by_history(history));
    });
    CHECK(holds);
}

}  // namespace latchkey::webauthn
