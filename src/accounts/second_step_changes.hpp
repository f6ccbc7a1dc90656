// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// Changes (accounts/changes.hpp) of what an account has for its second step.
namespace latchkey::accounts {

/// Precondition: the account has no authenticator app.
struct AddAuthenticatorApp {
    AuthenticatorApp app;
};

/// Precondition: it is the app of this account. Ends every sign-in of the account under way.
struct RemoveAuthenticatorApp {
    AccountId account;
    AuthenticatorAppId app;
};

/// One guess at the code of an app, compared before by match_totp(): `step` is the one that the
/// code is of, nullopt: none. Right if no code of this step or of a later one was used. Never
/// undone: only CountTowardsLimit may stand in its commit, before it. Precondition: the app is
/// there, fewer than `limit` wrong guesses in a row. Its answer is `store::Committed::spent`, with
/// the wrong guesses in a row as attempts.
struct SpendAppCode {
    AuthenticatorAppId app;
    std::optional<TotpStep> step;
    std::uint32_t limit = 0;
    TimePoint now;
};

/// Precondition: the account has no phone.
struct AddPhone {
    Phone phone;
};

/// Precondition: it is the phone of this account. Ends every sign-in of the account under way.
struct RemovePhone {
    AccountId account;
    PhoneId phone;
};

/// Counts a guess at a code that was sent to the phone, before a SpendAttempt in the same commit.
/// Precondition: the phone is there, with fewer than `limit` of them since its last use.
struct CountPhoneGuess {
    PhoneId phone;
    std::uint32_t limit = 0;
};

/// It took the second step: its guesses start anew. Precondition: it is the phone of this account.
struct UsePhone {
    AccountId account;
    PhoneId phone;
    TimePoint at;
};

/// The account's recovery codes are these from now on; earlier ones end. Precondition: it exists.
struct SetRecoveryCodes {
    AccountId account;
    std::vector<Hash> macs;
};

/// One guess: right if the account has it; it is gone then. Never undone, as SpendAppCode.
/// Precondition: none. Its answer is `store::Committed::spent`, without attempts.
struct SpendRecoveryCode {
    AccountId account;
    Hash mac{};
};

/// Which second step is asked for first. Precondition: the account exists.
struct PreferSecondStep {
    AccountId account;
    SecondStep second = SecondStep::authenticator_app;
};

/// Precondition: the account has no hold that still runs or opens: it ended at `over_since` or
/// before.
struct StartHold {
    Hold hold;
    TimePoint over_since;
};

/// Ends the account's hold, and the mails that were to tell of it. Precondition: with `started_at`,
/// it has the one of then; else none.
struct EndHold {
    AccountId account;
    std::optional<TimePoint> started_at;
};

}  // namespace latchkey::accounts
