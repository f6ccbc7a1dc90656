// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/metadata_file.hpp"
#include "app/origin.hpp"
#include "app/system_clock.hpp"
#include "app/terminal.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::int64_t accounts_per_request = 100;  // a line of the socket has 64 KiB

std::string day(std::chrono::sys_days date) {
    const std::chrono::year_month_day parts(date);
    return fmt::format(
        "{:04}-{:02}-{:02}",
        static_cast<int>(parts.year()),
        static_cast<unsigned>(parts.month()),
        static_cast<unsigned>(parts.day())
    );
}

std::string model_of(const webauthn::MetadataEntry& entry) {
    if (!entry.aaguid) return hex_encode(entry.key_ids.front().value());
    std::string text = hex_encode(entry.aaguid->value());
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

/// The reports in effect that warn of something.
std::string warnings_of(const webauthn::MetadataEntry& entry, TimePoint now) {
    using enum webauthn::AuthenticatorStatus;
    std::string text;
    for (const auto status :
         {revoked,
          user_key_remote_compromise,
          user_key_physical_compromise,
          attestation_key_compromise,
          user_verification_bypass}) {
        if (has_status(entry, status, now)) text += fmt::format("  {}", name_of(status));
    }
    return text;
}

/// How many passkeys a policy takes, refuses by which rule, or cannot tell of.
struct Tally {
    std::map<std::string, std::int64_t, std::less<>> refused;
    std::int64_t accepted = 0;
    std::int64_t unknown = 0;
    std::int64_t all = 0;

    void count(const webauthn::StoredJudgement& judgement) {
        ++all;
        if (judgement.verdict == webauthn::StoredVerdict::accepted) ++accepted;
        if (judgement.verdict == webauthn::StoredVerdict::unknown) ++unknown;
        if (judgement.reason) ++refused[std::string(name_of(*judgement.reason))];
    }
};

/// A passkey of the answer to "passkey.list", as far as a policy looks at it.
std::optional<webauthn::CredentialRecord> record_from(const json::Value& value) {
    const std::string* aaguid = value.find_string("aaguid");
    const std::string* format = value.find_string("format");
    const json::Value* algorithm = value.find("algorithm");
    const json::Value* synced = value.find("may_be_synced");
    const auto bytes = aaguid == nullptr ? std::nullopt : hex_decode(*aaguid);
    std::array<std::byte, 16> model{};
    if (!bytes || bytes->size() != model.size() || format == nullptr || algorithm == nullptr ||
        algorithm->as_integer() == nullptr || synced == nullptr || synced->as_bool() == nullptr) {
        return std::nullopt;
    }
    std::ranges::copy(*bytes, model.begin());
    webauthn::CredentialRecord record;
    record.aaguid = webauthn::Aaguid(model);
    record.attestation_format = *format;
    record.public_key.algorithm = static_cast<webauthn::CoseAlgorithm>(*algorithm->as_integer());
    record.backup_eligible = *synced->as_bool();
    return record;
}

Result<Tally, Wrong> tally(const Config& config, const webauthn::RegistrationPolicy& policy) {
    const Wrong unreadable{"the server's answer cannot be read", "use the version that is running"};
    const TimePoint now = SystemClock().now();
    Tally tally;
    json::Value after(0);
    while (!after.is_null()) {
        const json::Value request = json::object(
            {{"command", "passkey.list"}, {"after", after}, {"count", accounts_per_request}}
        );
        const json::Value answer = TRY(carry_out(config, request));
        const json::Value* passkeys = answer.find("passkeys");
        const json::Value* next = answer.find("next");
        if (passkeys == nullptr || passkeys->as_array() == nullptr || next == nullptr) {
            return Fail{unreadable};
        }
        for (const json::Value& passkey : *passkeys->as_array()) {
            const auto record = record_from(passkey);
            if (!record) return Fail{unreadable};
            tally.count(judge_stored(policy, *record, now));
        }
        after = *next;
    }
    return tally;
}

void print_share(std::string_view what, std::int64_t count, std::int64_t all) {
    const double share =
        all == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(all);
    fmt::print("  {:<34} {:>8}  {:5.1f} %\n", what, count, share);
}

}  // namespace

Exit check_metadata(const MetadataConfig& options) {
    const TimePoint now = SystemClock().now();
    const auto metadata = read_metadata(options, 0, now);
    if (!metadata) return fail(metadata.error());
    const auto& entries = metadata->entries();
    const auto warned = std::ranges::count_if(entries, [&](const webauthn::MetadataEntry& entry) {
        return !warnings_of(entry, now).empty();
    });
    fmt::print("serial number  {}\n", metadata->serial());
    fmt::print(
        "next update    {}{}\n",
        day(metadata->next_update()),
        metadata->is_stale(now) ? " (over: get a newer one)" : ""
    );
    fmt::print("models         {}, {} with a warning\n", entries.size(), warned);
    if (metadata->flaws() > 0) fmt::print("unusable roots {}\n", metadata->flaws());
    fmt::print("terms of use   {}\n", printable(metadata->legal_header()));
    return Exit::done;
}

Exit show_metadata(const MetadataConfig& options) {
    const TimePoint now = SystemClock().now();
    const auto metadata = read_metadata(options, 0, now);
    if (!metadata) return fail(metadata.error());
    for (const webauthn::MetadataEntry& entry : metadata->entries()) {
        fmt::print(
            "{:<40}  {:<4}  {}{}\n",
            model_of(entry),
            name_of(certification_of(entry, now)),
            printable(entry.description),
            warnings_of(entry, now)
        );
    }
    return Exit::done;
}

Exit try_policy(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    webauthn::RegistrationPolicy policy = config->passkeys.policy;
    if (!config->metadata.file.empty()) {
        auto metadata = read_metadata(config->metadata, 0, SystemClock().now());
        if (!metadata) return fail(metadata.error());
        policy.metadata = std::make_shared<const webauthn::Metadata>(std::move(metadata).value());
    }
    const auto counted = tally(*config, policy);
    if (!counted) return fail(counted.error());
    fmt::print("{} passkeys\n", counted->all);
    print_share("could be added again", counted->accepted, counted->all);
    for (const auto& [reason, count] : counted->refused) {
        print_share(reason, count, counted->all);
    }
    print_share("depends on a proof not kept", counted->unknown, counted->all);
    return Exit::done;
}

}  // namespace latchkey::app
