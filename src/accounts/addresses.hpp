// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "accounts/email_address.hpp"
#include "accounts/notices.hpp"
#include "accounts/sign_in.hpp"
#include "base/clock.hpp"
#include "latchkey/result.hpp"

/// The addresses of an account: the one that codes go to, and a second one that is only told.
namespace latchkey::accounts {

/// An address that showed that it is its owner's, by a code; for the main one the address of before
/// did too. `begun_at`: when check_sensitive_change() let the person begin.
struct ProvedAddress {
    EmailAddress email;
    TimePoint begun_at;
};

/// Whether a change to that address, of the main or the second one, may begin: as every sensitive
/// change. address_taken: it is the account's own.
Result<void> check_new_address(const Acting& who, const EmailAddress& email, TimePoint now);

/// The account's codes go to that address from now on. Every address is told; all other sessions,
/// sign-ins and codes end; the acting session goes on under a new id. address_taken: it is the
/// account's own. expired: begun too long ago. frozen_after_recovery as for every sensitive change.
Result<Decision> change_email(
    const Acting& who, const ProvedAddress& proved, const Circumstances& at, const Fresh& fresh
);

/// The account gets the address back that it had before a change: by the link that the change's
/// notice has for who reads that address, and a fresh session that no recovery opened. Neither is
/// enough alone. Works while factors rest; who is told and what ends is as above. not_yours: the
/// link is of another account, or of no change. expired, proof_too_old, frozen_after_recovery.
/// address_taken: it is the account's own.
Result<Decision> take_address_back(
    const StopLink& link, const Acting& who, const Circumstances& at, const Fresh& fresh
);

/// That address is told from now on too, in place of an earlier second one. Refused as above.
Result<Decision> set_second_email(
    const Acting& who, const ProvedAddress& proved, const Circumstances& at, const Fresh& fresh
);

/// Needs a fresh proof as every sensitive change. not_yours: there is none.
Result<Decision> remove_second_email(
    const Acting& who, const Circumstances& at, const Fresh& fresh
);

}  // namespace latchkey::accounts
