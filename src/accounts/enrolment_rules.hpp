// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

#include <optional>
#include <vector>

/// Rules about the end of a sign-in that brings a factor, which several decisions share.
namespace latchkey::accounts {

class Draft;

/// Whose sign-in it is, as the account is now; nullopt: a new person's. signed_out_everywhere: it
/// was, or the account is gone.
Result<std::optional<Account>> subject_of(
    const SignIn& sign_in, const std::optional<Account>& account
);

/// What the proof of the sign-in is worth now.
struct Grounds {
    const Passkey* proof = nullptr;         // nullptr: it was another one
    const Passkey* replaced = nullptr;      // nullptr: none
    std::optional<TimePoint> recovered_at;  // set: it is a recovery, and what it adds is marked
};

/// Whether the proof still holds, as factors come and go while a sign-in waits for a new one.
/// `passkeys` and `steps` are those of the account; the result points into `passkeys`.
/// proof_withdrawn.
Result<Grounds> check_grounds(
    const SignIn& sign_in, const std::vector<Passkey>& passkeys, const SecondSteps& steps
);

/// The proof itself may be withdrawn by another request: then nothing of the commit is written.
void finish_sign_in(Draft& draft, const SignIn& sign_in, const Circumstances& at);
void finish_proved_sign_in(
    Draft& draft, const Account& account, const SignIn& sign_in, const Circumstances& at
);

Assurance assurance_of(const Grounds& grounds, const SignIn& sign_in);

/// A passkey that an account has got.
struct Arrival {
    const Account& account;
    const SignIn& sign_in;
    const Grounds& grounds;
    const Passkey& passkey;
};

/// Says that it is there, takes the one away that it replaces, and opens the session.
void end_with_passkey(Draft& draft, const Arrival& arrival, const Circumstances& at);

}  // namespace latchkey::accounts
