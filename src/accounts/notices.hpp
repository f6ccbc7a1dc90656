// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "accounts/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace latchkey::accounts {

/// Something that a person is told by e-mail, in the commit that makes it so.
enum class NoticeKind : std::uint8_t {
    passkey_added,
    passkey_removed,
    passkey_suspended,
    passkey_replaced,
    passkey_restored,
    signed_in_recovered,  // signed in without the passkey that the account has
    identity_linked,
    identity_unlinked,
    identity_withdrawn,  // unlinked because its provider said that it ended
    app_added,
    app_removed,
    phone_added,
    phone_removed,
    biometrics_added,
    biometrics_removed,
    recovery_codes_made,
    recovery_code_used,
    email_changed,
    second_email_set,
    second_email_removed,
    deletion_asked,
    deletion_stopped,
    account_deleted,  // a week after its owner asked for it
    account_deleted_by_operator,
    new_browser,        // a session in a browser that never had one of the account
    second_step_wrong,  // wrong codes in a row, after a right first proof
    hold_runs,          // told at its start and half-way, with a link that stops it
    hold_over,
    recovery_granted,  // the operator lets in who has a code from the mailbox
    hold_stopped,
};

/// The link "this wasn't me" of a notice. It works once: while the account is at `epoch`.
struct StopLink {
    AccountId account;
    std::uint32_t epoch = 0;
    TimePoint until;
    std::optional<EmailAddress> address_before;  // that it gives back too (addresses.hpp)

    bool operator==(const StopLink&) const = default;
};

struct Notice {
    NoticeKind kind = NoticeKind::passkey_added;
    EmailAddress to;
    std::string language;                 // of its account; empty: not known
    std::string passkey;                  // its name, as Settings shows it
    std::string address;                  // masked: the one that it is about; empty: none
    std::string issuer;                   // of the identity that it is about; empty: none
    std::optional<TimePoint> deletes_at;  // of the account
    std::string browser;                  // where it was done: "Chromium on Linux"
    std::optional<Hold> hold;             // which it is about; it is not told when that has ended
    std::optional<TimePoint> tell_at;     // nullopt: at once
    std::optional<StopLink> stop;         // what is told can be stopped
};

}  // namespace latchkey::accounts
