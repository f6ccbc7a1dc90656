// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/draft.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "base/try.hpp"

// The second step of a sign-in, after a first proof that was not a passkey.
namespace latchkey::accounts {
namespace {

using enum Refusal;

Result<void> check_subject(const SecondMatched& event) {
    const SignIn& sign_in = event.sign_in;
    // Deleted since, or signed out everywhere.
    if (!event.account || event.account->id != sign_in.account) return Fail{signed_out_everywhere};
    if (event.account->epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    const bool needs_app = event.by == SecondStep::authenticator_app;
    if (needs_app && !event.steps.app) return Fail{proof_withdrawn};
    return {};
}

/// The same sign-in under a new id, on its way to a new passkey.
SignIn go_on_to_enrol(const SecondMatched& event) {
    SignIn sign_in = event.sign_in;
    sign_in.state = SignInState::enrol;
    sign_in.second = event.by;
    sign_in.recovered = event.by == SecondStep::recovery_code;
    return sign_in;
}

}  // namespace

Result<Decision> decide(const SecondMatched& event, const Circumstances& at, const Fresh& fresh) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::second_matched)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    TRY(check_subject(event));
    const Account& account = *event.account;
    // What is kept on paper for a lost device is a recovery, and told as one (design.md 4.3).
    const bool is_recovery = event.by == SecondStep::recovery_code;

    Draft draft(at, fresh);
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    if (is_recovery) {
        draft.add(MarkRecovered{.account = account.id, .at = at.now});
        draft.log(EventKind::recovery_code_used, account.id);
        draft.tell(NoticeKind::recovery_code_used, account);
    }
    if (sign_in.intent == Intent::add_passkey) {
        TRY(check_room(event.passkeys, sign_in.replaces));
        draft.start_sign_in(go_on_to_enrol(event));
        return draft.finish(SignInState::enrol, sign_in.return_to);
    }
    draft.open_session({
        .account = account,
        .assurance = is_recovery ? Assurance::recovered : Assurance::two_steps,
        .authenticated_at = at.now,
        .recovered_at = is_recovery ? at.now : mark_of(account.recovered_at, at.now),
        .passkey = std::nullopt,
    });
    draft.log(
        EventKind::signed_in, account.id, is_recovery ? "recovery code" : "authenticator app"
    );
    return draft.finish(SignInState::done, sign_in.return_to);
}

}  // namespace latchkey::accounts
