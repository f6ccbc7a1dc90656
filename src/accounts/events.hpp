// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::accounts {

enum class EventKind : std::uint8_t {
    account_created,
    account_deleted,
    passkey_added,
    passkey_renamed,
    passkey_removed,
    passkey_suspended,
    passkey_replaced,
    passkey_restored,
    identity_linked,
    identity_unlinked,
    signed_in,
    signed_in_recovered,
    code_sent,
    code_wrong,
    signed_out,
    signed_out_everywhere,
    session_ended,  // by another session of the account
    email_changed,
    second_email_set,
    second_email_removed,
    deletion_asked,
    deletion_stopped,
    invited,
    counter_went_back,
    app_added,
    app_removed,
    phone_added,
    phone_removed,
    biometrics_added,
    biometrics_removed,
    recovery_codes_made,
    recovery_code_used,
    second_step_wrong,
    hold_started,
    hold_stopped,
    recovery_granted,
    row_refused,  // a passkey or identity is not as it was written: it does not open the account
};

/// What kind of thing an event tells of, for who reads the log of an account.
enum class EventGroup : std::uint8_t {
    sessions,  // somebody came in, or went out
    changes,   // of the account and what belongs to it
    attempts,  // what did not lead in, or not yet
};

EventGroup group_of(EventKind kind);

/// The stable name of an event, as stored and shown: "passkey_added".
std::string_view name_of(EventKind kind);

std::optional<EventKind> event_kind_named(std::string_view name);

/// One entry of the audit log: what happened to which account, when, from where.
struct Event {
    EventId id;
    TimePoint at;
    EventKind kind = EventKind::signed_in;
    std::optional<AccountId> account;
    std::string network;  // IPv4 /24 or IPv6 /64 of the client; empty: the command line
    std::string browser;  // "Chromium on Linux"; empty: none
    std::string detail;   // a short word for the log: passkey name, reason; never a secret

    bool operator==(const Event&) const = default;
};

}  // namespace latchkey::accounts
