// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/biometrics.hpp"
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
    const bool is_biometrics = event.by == SecondStep::biometrics;
    if (!is_biometrics && !still_has(event.steps, event.by)) return Fail{proof_withdrawn};
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
        case SecondStep::biometrics:
            return "device biometrics";
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

Purpose purpose_of(const SignIn& sign_in) {
    return {
        .intent = sign_in.intent,
        .replaces = sign_in.replaces,
        .return_to = sign_in.return_to,
    };
}

/// The same sign-in under a new id, on its way to a new factor.
SignIn go_on_to_enrol(const SecondMatched& event) {
    SignIn sign_in = event.sign_in;
    sign_in.state = SignInState::enrol;
    sign_in.second = event.by;
    sign_in.recovered = is_recovery(event.by);
    if (event.biometrics) sign_in.passkey = event.biometrics->credential.id;
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
    if ((event.by == SecondStep::biometrics) != event.biometrics.has_value()) {
        return Fail{proof_withdrawn};
    }
    if (event.biometrics) TRY(check_biometrics(account, *event.biometrics));
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
    if (event.biometrics) use_biometrics(draft, *event.biometrics, at);
    if (recovers) recover(draft, account, event.by, at);
    // A recovery adds a passkey, and no second step.
    const bool is_too_weak = recovers && sign_in.intent == Intent::add_second_step;
    if (adds_factor(sign_in.intent) && !is_too_weak) {
        TRY(check_may_add(account, event.passkeys, purpose_of(sign_in), at.now));
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
