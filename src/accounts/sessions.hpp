// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"

/// What a signed-in person may do with the sessions of the account. Both need a proof younger than
/// limits::step_up_lifetime (ASVS 7.5.2): proof_too_old.
namespace latchkey::accounts {

/// Whether the use of a session is to be written: not with every request (SeeSession).
bool is_sighting_due(const Session& session, TimePoint now);

/// Ends one other session of the account. not_yours: it is the acting one, or of another account.
Result<Decision> end_session(
    const Acting& who, const Session& other, const Circumstances& at, const Fresh& fresh
);

/// Ends all other sessions, and all sign-ins and codes of the account. The acting session goes on
/// under a new id.
Result<Decision> end_other_sessions(const Acting& who, const Circumstances& at, const Fresh& fresh);

}  // namespace latchkey::accounts
