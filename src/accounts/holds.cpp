// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/holds.hpp"

#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/result.hpp"

#include <optional>

namespace latchkey::accounts {
using enum Refusal;

bool has_hold(const Account& account, const SecondSteps& steps, TimePoint now) {
    return steps.hold && steps.hold->account_epoch == account.epoch &&
           now < steps.hold->ends_at + limits::hold_stays_over;
}

Result<Decision> start_hold(const HoldWanted& event, const Circumstances& at, const Fresh& fresh) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::hold_started)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    if (event.policy.rule == Recovery::strict) return Fail{only_operator};
    // Deleted since, or signed out everywhere.
    if (!event.account || event.account->id != sign_in.account) return Fail{signed_out_everywhere};
    const Account& account = *event.account;
    if (account.epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    const Hold hold{
        .account = account.id,
        .account_epoch = account.epoch,
        .started_at = at.now,
        .ends_at = at.now + event.policy.wait,
    };
    Draft draft(at, fresh);
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    draft.add(StartHold{.hold = hold, .over_since = at.now - limits::hold_stays_over});
    draft.start_sign_in(sign_in);
    draft.log(EventKind::hold_started, account.id);
    draft.tell_of_hold(NoticeKind::hold_runs, account, hold, std::nullopt);
    draft.tell_of_hold(NoticeKind::hold_runs, account, hold, at.now + event.policy.wait / 2);
    draft.tell_of_hold(NoticeKind::hold_over, account, hold, hold.ends_at);
    return draft.finish(SignInState::second, sign_in.return_to);
}

}  // namespace latchkey::accounts
