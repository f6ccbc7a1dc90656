// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"

#include <vector>

/// What a signed-in person may do with two-step sign-in. Each needs a proof younger than
/// limits::step_up_lifetime that was no recovery, and is frozen for limits::freeze_after_recovery
/// after one: proof_too_old, frozen_after_recovery. The acting session goes on under a new id.
namespace latchkey::accounts {

/// Turns on an authenticator app that has shown that it has the secret, with the first set of
/// recovery codes (keyed hashes). app_there: the account has one.
Result<Decision> turn_on_app(
    const Acting& who,
    const AuthenticatorApp& app,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
);

/// Turns the app off and ends its recovery codes, and all other sessions. not_yours: there is none.
/// last_factor: nothing else is left to sign in with safely.
Result<Decision> turn_off_app(const Acting& who, const Circumstances& at, const Fresh& fresh);

/// A new set of recovery codes; the old one ends. not_yours: no second step that they stand in for.
Result<Decision> make_recovery_codes(
    const Acting& who,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
);

}  // namespace latchkey::accounts
