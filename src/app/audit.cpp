// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/audit.hpp"

#include "app/config.hpp"
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "app/start_checks.hpp"
#include "app/terminal.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/audit_check.hpp"
#include "store/sqlite/verify.hpp"

#include <optional>
#include <string>

#include <fmt/core.h>

namespace latchkey::app {

Result<store::Verified, Wrong> verify_database(const Config& config) {
    const MasterKeys keys = TRY(load_key_file(config.key_file));
    KeyCheck found = KeyCheck::pepper_kept;
    const auto verified = store::verify({
        .database = database_file(config),
        .key =
            {.setting = std::string(key_check_setting),
             .fits =
                 [&](const std::string& value) {
                     found = read_key_check(keys, value);
                     return found != KeyCheck::other_key;
                 }},
        .audit_key_setting = std::string(audit_key_setting),
        .keys = [&keys](const std::optional<std::string>& audit_key
                ) { return store_keys(keys, audit_key); },
    });
    if (found < KeyCheck::events_chained) {
        return Fail{Wrong{
            "the database is from a version that did not yet protect its rows and audit log",
            "start this version once: it gives each row and event its mark"
        }};
    }
    if (!verified) return Fail{Wrong{verified.error().what, verified.error().mend}};
    return *verified;
}

std::string words_of(const store::AlteredRow& altered) {
    return fmt::format(
        "row {} of {} ({})",
        altered.row.row,
        store::name_of(altered.row.table),
        altered.email.empty() ? "of no account" : printable(altered.email)
    );
}

namespace {

std::string event_in_words(const store::AuditFault& fault) {
    if (!fault.event) return "the beginning";
    if (!fault.at) return fmt::format("event {}", *fault.event);
    return fmt::format("event {} of {}", *fault.event, format_time(*fault.at));
}

}  // namespace

std::string words_of(const store::AuditFault& fault) {
    const std::string event = event_in_words(fault);
    switch (fault.kind) {
        case store::AuditFault::Kind::edited:
            return fmt::format("{} of the audit log is not as it was written", event);
        case store::AuditFault::Kind::deleted:
            return fmt::format(
                "{} events of the audit log are missing between {} and event {}",
                fault.count,
                event,
                fault.next.value_or(0)
            );
        case store::AuditFault::Kind::inserted:
            return fmt::format("{} was put into the audit log by somebody else", event);
        case store::AuditFault::Kind::truncated:
            return fmt::format("{} events or more are missing after {}", fault.count, event);
        case store::AuditFault::Kind::seal:
            return fmt::format("the seal at place {} does not hold", fault.position);
    }
    return "the audit log is not as it was written";
}

}  // namespace latchkey::app
