// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

#include <vector>

namespace latchkey::accounts {

class Draft;

/// What a change needs to know of the signed-in person who makes it.
struct Acting {
    Account account;
    Session session;
    std::vector<Passkey> passkeys;  // all of the account
    SecondSteps steps;              // of the account
};

/// Whether a proof from `authenticated_at` is younger than limits::step_up_lifetime.
bool is_fresh(const Session& session, TimePoint now);

/// expired, signed_out_everywhere: the session is over.
Result<void> check_session(const Acting& who, TimePoint now);

/// As check_session(), and neither a recovery nor "this wasn't me" stands in the way of a change:
/// frozen_after_recovery, frozen_by_owner.
Result<void> check_not_frozen(const Acting& who, TimePoint now);

/// Changes of the second step and of the ways in stand on a proof that is fresh and was no way
/// around a passkey, and rest after one: proof_too_old, frozen_after_recovery, frozen_by_owner.
Result<void> check_sensitive_change(const Acting& who, TimePoint now);

/// What the change stands on is still so when it is written.
void require_acting(Draft& draft, const Acting& who);

}  // namespace latchkey::accounts
