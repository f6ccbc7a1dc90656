// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/notices.hpp"
#include "accounts/sign_in.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// What its owner can do against a recovery that was somebody else's (design.md 4.3).
namespace latchkey::accounts {

/// Whether other sessions of the account are to be told: somebody got in around its passkey or its
/// second step a short while ago, or waits to.
bool is_to_tell(const Account& account, const SecondSteps& steps, TimePoint now);

/// "This wasn't me": ends the hold and, with the epoch, all sessions, sign-ins and codes; factors
/// then rest for limits::freeze_after_recovery. An address that was changed stays so:
/// take_address_back() needs a proof. signed_out_everywhere, expired: the link works no
/// more.
Result<Decision> stop_recovery(
    const StopLink& link, const Account& account, const Circumstances& at, const Fresh& fresh
);

/// The same by a session of the account. not_over: there is nothing to stop.
Result<Decision> stop_recovery(
    const Session& session,
    const Account& account,
    const SecondSteps& steps,
    const Circumstances& at,
    const Fresh& fresh
);

/// The restoring proof: a passkey of the account, suspended or not, verified in a sign-in whose
/// first proof was a code to its address. Neither is enough alone. Opens a session, gives the
/// passkey back, ends all other sessions, and the freeze. not_restorable: the recovery made the
/// passkey, or it was suspended for longer than limits::suspension.
struct PasskeyRestored {
    SignIn sign_in;
    Passkey passkey;                 // as stored
    std::optional<Account> account;  // of the sign-in
    std::vector<Passkey> passkeys;   // of the account
    std::uint32_t sign_count = 0;
    bool backup_state = false;
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
};

Result<Decision> decide(const PasskeyRestored& event, const Circumstances& at, const Fresh& fresh);

}  // namespace latchkey::accounts
