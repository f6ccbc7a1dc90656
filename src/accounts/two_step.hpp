// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"

#include <vector>

/// What a signed-in person may do with two-step sign-in. Each needs a proof younger than
/// limits::step_up_lifetime that was no recovery, and is frozen for limits::freeze_after_recovery
/// after one: proof_too_old, frozen_after_recovery. The acting session goes on under a new id.
namespace latchkey::accounts {

/// Turns on an authenticator app that has shown that it has the secret; with the first set of
/// recovery codes (keyed hashes) if it is the first method. app_there: the account has one.
Result<Decision> turn_on_app(
    const Acting& who,
    const AuthenticatorApp& app,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
);

/// Turns the app off and ends all other sessions, and the recovery codes if no method is left.
/// not_yours: there is none. last_factor: nothing else is left to sign in with safely.
Result<Decision> turn_off_app(const Acting& who, const Circumstances& at, const Fresh& fresh);

/// Turns on a phone that got its code, in the same way. It takes the place of the one before, in
/// one commit, and is a new method all the same: told, and the other sessions end. phone_there: it
/// is the same number.
Result<Decision> turn_on_phone(
    const Acting& who,
    const Phone& phone,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
);

/// As turn_off_app.
Result<Decision> turn_off_phone(const Acting& who, const Circumstances& at, const Fresh& fresh);

/// Turns off the biometrics of one device, in the same way; its sign-ins under way that they took
/// the second step of end, too. not_yours: the account has no such active credential, or it is a
/// passkey. (They are turned on in a sign-in only: BiometricsCreated.)
Result<Decision> turn_off_biometrics(
    const Acting& who, const PublicId& credential, const Circumstances& at, const Fresh& fresh
);

/// Asks for this one first from now on; all others stay a click away. Any session may choose: what
/// a sign-in takes is the same. not_yours: the account has no such method.
Result<Decision> prefer_second_step(
    const Acting& who, SecondStep second, const Circumstances& at, const Fresh& fresh
);

/// A new set of recovery codes; the old one ends. not_yours: no second step that they stand in for.
Result<Decision> make_recovery_codes(
    const Acting& who,
    const std::vector<Hash>& recovery_codes,
    const Circumstances& at,
    const Fresh& fresh
);

}  // namespace latchkey::accounts
