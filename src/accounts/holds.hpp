// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

/// The wait of who has a first proof and cannot do the second step (design.md 4.3). What it opens
/// when it is over stands in second_step.cpp.
namespace latchkey::accounts {

/// Whether the account has a wait that runs, or is over and still opens.
bool has_hold(const Account& account, const SecondSteps& steps, TimePoint now);

/// A sign-in that waits for its second step, and what the store knows of its account.
struct HoldWanted {
    SignIn sign_in;
    std::optional<Account> account;
    RecoveryPolicy policy;
};

/// Begins the wait: told now, half-way and at its end. The sign-in goes on under a new id.
/// only_operator: the policy has no wait.
Result<Decision> start_hold(const HoldWanted& event, const Circumstances& at, const Fresh& fresh);

}  // namespace latchkey::accounts
