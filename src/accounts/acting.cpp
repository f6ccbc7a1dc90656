// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

namespace latchkey::accounts {

bool is_fresh(const Session& session, TimePoint now) {
    return now < session.authenticated_at + limits::step_up_lifetime &&
           session.authenticated_at <= now + limits::clock_tolerance;
}

Result<void> check_session(const Acting& who, TimePoint now) {
    switch (session_state(who.session, who.account, now)) {
        case SessionState::valid:
            return {};
        case SessionState::expired:
            return Fail{Refusal::expired};
        case SessionState::signed_out:
            return Fail{Refusal::signed_out_everywhere};
    }
    return Fail{Refusal::signed_out_everywhere};
}

Result<void> check_not_frozen(const Acting& who, TimePoint now) {
    TRY(check_session(who, now));
    TRY(check_not_frozen(who.account, now));
    if (who.session.assurance == Assurance::recovered) return Fail{Refusal::frozen_after_recovery};
    return check_rested(who.account, now);
}

Result<void> check_sensitive_change(const Acting& who, TimePoint now) {
    TRY(check_not_frozen(who, now));
    if (!is_fresh(who.session, now)) return Fail{Refusal::proof_too_old};
    return {};
}

void require_acting(Draft& draft, const Acting& who) {
    draft.add(RequireSession{who.session.id});
    draft.add(RequireEpoch{.account = who.account.id, .epoch = who.account.epoch});
}

}  // namespace latchkey::accounts
