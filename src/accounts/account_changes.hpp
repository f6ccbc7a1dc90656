// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

/// Changes of an account that are neither a sign-in nor about a passkey: for handlers and for the
/// command line (there `Circumstances` has neither network nor browser).
namespace latchkey::accounts {

struct Acting;

/// Where a session stands.
enum class SessionState : std::uint8_t {
    valid,
    expired,     // its absolute limit is over, or nobody used it for limits::session_idle
    signed_out,  // "sign out everywhere" came after it, or it is not of this account
};

/// Whether the session still counts. `account` is the one it belongs to, as it is now.
SessionState session_state(const Session& session, const Account& account, TimePoint now);

/// Ends one session.
Decision sign_out(const Session& session, const Circumstances& at, const Fresh& fresh);

/// Ends all sessions, sign-ins and codes of the account, this browser's included.
Decision sign_out_everywhere(const Account& account, const Circumstances& at, const Fresh& fresh);

/// Gives up what a sign-in has proved ("start over"). Result<> is refused if the state has no
/// such row.
Result<Decision> start_over(const SignIn& sign_in, const Circumstances& at);

/// Logs a wrong code of the second step, the `in_a_row`th of its authenticator app; the third is
/// told. Who types them has the first proof.
Decision note_wrong_second_step(
    const Account& account, std::uint32_t in_a_row, const Circumstances& at, const Fresh& fresh
);

/// The operator removes the account, and its owner is told; its audit events stay.
Decision delete_account(const Account& account, const Circumstances& at, const Fresh& fresh);

/// The account is deleted after limits::deletion_wait, and nobody is signed in until then: its
/// owner keeps it by signing in. Needs what every sensitive change does.
Result<Decision> ask_deletion(const Acting& who, const Circumstances& at, const Fresh& fresh);

/// Deletes an account whose time has come. Refused by the store if it was stopped meanwhile.
Decision finish_deletion(const Account& account, const Circumstances& at, const Fresh& fresh);

/// The operator lets in whoever proves the account's address by a new code, once, within
/// limits::hold_stays_over: as after a wait (holds.hpp), whatever `recovery` says, and recovered.
/// The owner is told, and can stop it.
Decision grant_recovery(const Account& account, const Circumstances& at, const Fresh& fresh);

/// The operator takes every second step away, with the recovery codes and all sessions. not_yours:
/// there is none. last_factor: the account has nothing else.
Result<Decision> reset_second_step(
    const Account& account,
    const std::vector<Passkey>& passkeys,
    const SecondSteps& steps,
    const Circumstances& at,
    const Fresh& fresh
);

/// Lets the address create an account for limits::invitation_lifetime.
Decision invite(const EmailAddress& email, const Circumstances& at, const Fresh& fresh);

}  // namespace latchkey::accounts
