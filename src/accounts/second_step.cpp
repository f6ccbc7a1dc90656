// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/holds.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <optional>
#include <string>
#include <string_view>

// The second step of a sign-in, after a first proof that was not a passkey.
namespace latchkey::accounts {
namespace {

using enum Refusal;

/// The account whose sign-in it is, as it is now.
Result<Account> subject_of(const SecondMatched& event) {
    const SignIn& sign_in = event.sign_in;
    // Deleted since, or signed out everywhere.
    if (!event.account || event.account->id != sign_in.account) return Fail{signed_out_everywhere};
    if (event.account->epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    if (!still_has(event.steps, event.by)) return Fail{proof_withdrawn};
    return *event.account;
}

/// When the wait began that lets in: only when it is over, undisturbed, and by a first proof of
/// then.
Result<TimePoint> start_of_wait(const Account& account, const SecondMatched& event, TimePoint now) {
    const auto& hold = event.steps.hold;
    const bool is_granted = hold && hold->by_operator;
    if (event.recovery == Recovery::strict && !is_granted) return Fail{only_operator};
    if (!hold || !has_hold(account, event.steps, now)) return Fail{not_over};
    if (now < hold->ends_at || event.sign_in.proved_at < hold->ends_at) return Fail{not_over};
    return hold->started_at;
}

std::string_view words_of(SecondStep by) {
    switch (by) {
        case SecondStep::authenticator_app:
            return "authenticator app";
        case SecondStep::recovery_code:
            return "recovery code";
        case SecondStep::waited:
            return "wait";
        case SecondStep::text_message:
            return "text message";
    }
    return "unknown";
}

/// Getting in without what the account asks for is marked and never silent.
void recover(Draft& draft, const Account& account, SecondStep by, const Circumstances& at) {
    draft.add(MarkRecovered{.account = account.id, .at = at.now});
    if (by == SecondStep::recovery_code) {
        draft.log(EventKind::recovery_code_used, account.id);
        draft.tell_of_recovery(NoticeKind::recovery_code_used, account, {});
        return;
    }
    draft.log(EventKind::signed_in_recovered, account.id);
    draft.tell_of_recovery(NoticeKind::signed_in_recovered, account, {});
}

/// The same sign-in under a new id, on its way to a new passkey.
SignIn go_on_to_enrol(const SecondMatched& event) {
    SignIn sign_in = event.sign_in;
    sign_in.state = SignInState::enrol;
    sign_in.second = event.by;
    sign_in.recovered = is_recovery(event.by);
    return sign_in;
}

}  // namespace

Result<Decision> decide(const SecondMatched& event, const Circumstances& at, const Fresh& fresh) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::second_matched)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    const Account account = TRY(subject_of(event));
    std::optional<TimePoint> waited_since;
    if (event.by == SecondStep::waited) waited_since = TRY(start_of_wait(account, event, at.now));
    // What is kept on paper for a lost device is a recovery, and told as one (design.md 4.3).
    const bool recovers = is_recovery(event.by);

    Draft draft(at, fresh);
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    // Who took the second step is there; a wait opens the account once.
    draft.add(EndHold{.account = account.id, .started_at = waited_since});
    const auto& phone = event.steps.phone;
    if (event.by == SecondStep::text_message && phone) {
        draft.add(UsePhone{.account = account.id, .phone = phone->id, .at = at.now});
    }
    if (recovers) recover(draft, account, event.by, at);
    if (sign_in.intent == Intent::add_passkey) {
        TRY(check_not_frozen(account, at.now));
        TRY(check_room(event.passkeys, sign_in.replaces));
        draft.start_sign_in(go_on_to_enrol(event));
        return draft.finish(SignInState::enrol, sign_in.return_to);
    }
    draft.open_session({
        .account = account,
        .assurance = recovers ? Assurance::recovered : Assurance::two_steps,
        .authenticated_at = at.now,
        .recovered_at = recovers ? at.now : mark_of(account.recovered_at, at.now),
        .passkey = std::nullopt,
    });
    draft.log(EventKind::signed_in, account.id, std::string(words_of(event.by)));
    return draft.finish(SignInState::done, sign_in.return_to);
}

}  // namespace latchkey::accounts
