// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"

#include <cstdint>
#include <string>

namespace latchkey::accounts {

/// Something that a person is told by e-mail, in the commit that makes it so.
enum class NoticeKind : std::uint8_t {
    passkey_added,
    passkey_removed,
    passkey_suspended,
    passkey_replaced,
    signed_in_recovered,  // signed in without the passkey that the account has
    identity_linked,
    identity_unlinked,
    identity_withdrawn,  // unlinked because its provider said that it ended
    app_added,
    app_removed,
    recovery_codes_made,
    recovery_code_used,
    second_step_wrong,  // wrong codes in a row, after a right first proof
};

struct Notice {
    NoticeKind kind = NoticeKind::passkey_added;
    EmailAddress to;
    std::string passkey;  // its name, as Settings shows it
    std::string issuer;   // of the identity that it is about; empty: none
    std::string browser;  // where it was done: "Chromium on Linux"
};

}  // namespace latchkey::accounts
