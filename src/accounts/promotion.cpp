// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"
#include "accounts/biometrics.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/enrolment_rules.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

// A second factor becomes a passkey: nothing is made, but what a credential is good for.
namespace latchkey::accounts {
namespace {

using enum Refusal;

/// The second step changes, too: no recovery does that, nor anybody soon after one.
Result<void> check_may_promote(
    const Account& account, const PasskeyPromoted& event, TimePoint now
) {
    TRY(check_not_frozen(account, now));
    TRY(check_rested(account, now));
    if (event.sign_in.recovered) return Fail{frozen_after_recovery};
    return check_biometrics(account, event.use);
}

}  // namespace

Result<Decision> decide(const PasskeyPromoted& event, const Circumstances& at, const Fresh& fresh) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::passkey_promoted)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    const auto account = TRY(subject_of(sign_in, event.account));
    if (!account || sign_in.intent == Intent::add_second_step) return Fail{not_in_this_state};
    TRY(check_may_promote(*account, event, at.now));
    Grounds grounds = TRY(check_grounds(sign_in, event.passkeys, event.steps));
    grounds.replaced = TRY(check_room(event.passkeys, sign_in.replaces));
    const Passkey& credential = event.use.credential;

    Draft draft(at, fresh);
    finish_proved_sign_in(draft, *account, sign_in, at);
    draft.add(ChangeFactors{
        .account = account->id,
        .from_version = account->version,
        .by = grounds.replaced != nullptr ? -1 : 0,
    });
    use_biometrics(draft, event.use, at);
    draft.add(PromoteSecondFactor{.account = account->id, .credential = credential.id});
    if (count_methods(event.passkeys, event.steps) == 1) {
        // With the last method the codes end that stood in for it.
        draft.add(SetRecoveryCodes{.account = account->id, .macs = {}});
    }
    draft.log(EventKind::biometrics_removed, account->id, display_name(credential));
    draft.tell(NoticeKind::biometrics_removed, *account, display_name(credential));
    end_with_passkey(draft, {*account, sign_in, grounds, credential}, at);
    return draft.finish(SignInState::done, sign_in.return_to);
}

}  // namespace latchkey::accounts
