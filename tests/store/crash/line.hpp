// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>

namespace latchkey::test {

/// What the load of the crash test says: that a change was acknowledged, or that it is about to
/// ask for one that ends something, which may then be gone without an answer. Beside each what
/// the two numbers of its line are.
enum class Said : char {
    signed_up = 'A',  // account, passkey
    signed_in = 'S',  // passkey, session
    guessed = 'C',    // 0, code that is spent

    removing_passkey = 'x',   // account, passkey: about to
    passkey_removed = 'R',    // account, passkey
    passkey_suspended = 'U',  // account, passkey
    passkey_restored = 'V',   // account, passkey
    account_deleted = 'X',    // account, passkey

    app_added = 'T',           // account, app; recovery codes with it
    app_code_used = 't',       // account, step of the code
    recovery_code_used = 'K',  // account, app
    phone_added = 'P',         // account, phone
    phone_used = 'p',          // account, phone

    identity_linked = 'L',   // account, identity
    email_changed = 'E',     // account, number of the address
    second_email_set = 'B',  // account, number of the address
    hold_started = 'H',      // account, 0
    factors_frozen = 'F',    // account, 0
    deletion_asked = 'D',    // account, 0

    mail_queued = 'M',   // account, mail
    sending_mail = 'm',  // 0, mail: about to
    mail_sent = 'N',     // 0, mail
    log_sealed = 'Q',    // 0, events in the chain
};

/// One line of the load: what was said, of which account (mostly), and which of its things.
struct Line {
    Said said = Said::signed_up;
    std::int64_t of = 0;
    std::int64_t what = 0;
};

}  // namespace latchkey::test
