// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sessions.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <optional>

namespace latchkey::accounts {
namespace {

/// A recovery is proof enough: who lost a device ends the sessions on it.
Result<void> check_ending(const Acting& who, TimePoint now) {
    TRY(check_session(who, now));
    if (!is_fresh(who.session, now)) return Fail{Refusal::proof_too_old};
    return {};
}

}  // namespace

bool is_sighting_due(const Session& session, TimePoint now) {
    return now >= session.last_seen_at + limits::sighting_interval;
}

Result<Decision> end_session(
    const Acting& who, const Session& other, const Circumstances& at, const Fresh& fresh
) {
    const bool is_other = other.account == who.account.id && other.id != who.session.id;
    if (!is_other) return Fail{Refusal::not_yours};
    TRY(check_ending(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(EndSession{other.id});
    draft.log(EventKind::session_ended, who.account.id, other.browser);
    return draft.finish(SignInState::done);
}

Result<Decision> end_other_sessions(
    const Acting& who, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_ending(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(RaiseEpoch{.account = who.account.id, .from_epoch = who.account.epoch});
    draft.add(EndHold{.account = who.account.id, .started_at = std::nullopt});
    Session acting = who.session;
    acting.account_epoch = who.account.epoch + 1;
    draft.renew_session(acting);
    draft.log(EventKind::signed_out_everywhere, who.account.id);
    return draft.finish(SignInState::done);
}

}  // namespace latchkey::accounts
