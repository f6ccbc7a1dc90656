// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/restoring.hpp"

#include "accounts/authenticator_names.hpp"
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

#include <algorithm>
#include <cstddef>
#include <optional>

namespace latchkey::accounts {
namespace {

using enum Refusal;

Decision stop(const Account& account, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(RaiseEpoch{.account = account.id, .from_epoch = account.epoch});
    draft.add(EndSessions{.account = account.id, .keep = std::nullopt});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.add(FreezeFactors{.account = account.id, .at = at.now});
    draft.log(EventKind::hold_stopped, account.id);
    draft.tell(NoticeKind::hold_stopped, account);
    return draft.finish(SignInState::start);
}

/// The account that a code to its address proved, in this epoch.
Result<Account> subject_of(const PasskeyRestored& event, TimePoint now) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::passkey_restored)) return Fail{not_in_this_state};
    if (sign_in.proof != Proof::email_code) return Fail{not_in_this_state};
    if (now >= sign_in.expires_at) return Fail{expired};
    if (!event.account || event.account->id != sign_in.account) return Fail{signed_out_everywhere};
    if (event.account->epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    return *event.account;
}

/// What a recovery made is no proof against it: neither while the mark lasts, nor if it lasted when
/// the owner said so, or when the passkey was suspended.
bool is_made_by_recovery(const Passkey& passkey, const Account& account, TimePoint now) {
    const TimePoint told = account.frozen_at.value_or(now);
    const TimePoint suspended = passkey.suspended_at.value_or(now);
    return mark_of(passkey.recovered_at, std::min({now, told, suspended})).has_value();
}

Result<void> check_passkey(const Account& account, const PasskeyRestored& event, TimePoint now) {
    const Passkey& passkey = event.passkey;
    if (passkey.account != account.id) return Fail{not_yours};
    if (passkey.record.user_handle != account.user_handle) return Fail{not_yours};
    if (passkey.purpose == CredentialPurpose::second_factor) return Fail{second_step_only};
    if (is_copy(passkey, event.sign_count, event.counter_rule)) return Fail{counter_went_back};
    if (is_made_by_recovery(passkey, account, now)) return Fail{not_restorable};
    if (passkey.status == CredentialStatus::active) return {};
    const auto since = passkey.suspended_at;
    if (!since || now >= *since + limits::suspension) return Fail{not_restorable};
    const auto usable = std::ranges::count_if(event.passkeys, is_usable);
    if (static_cast<std::size_t>(usable) >= limits::passkeys_per_account) {
        return Fail{too_many_passkeys};
    }
    return {};
}

}  // namespace

bool is_to_tell(const Account& account, const SecondSteps& steps, TimePoint now) {
    const auto mark = mark_of(account.recovered_at, now);
    const bool is_answered = account.frozen_at && mark && *account.frozen_at >= *mark;
    return (mark && !is_answered) || has_hold(account, steps, now);
}

Result<Decision> stop_recovery(
    const StopLink& link, const Account& account, const Circumstances& at, const Fresh& fresh
) {
    if (account.id != link.account) return Fail{not_yours};
    if (account.epoch != link.epoch) return Fail{signed_out_everywhere};
    if (at.now >= link.until) return Fail{expired};
    return stop(account, at, fresh);
}

Result<Decision> stop_recovery(
    const Session& session,
    const Account& account,
    const SecondSteps& steps,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (session.account != account.id) return Fail{not_yours};
    if (!is_to_tell(account, steps, at.now)) return Fail{not_over};
    return stop(account, at, fresh);
}

Result<Decision> decide(const PasskeyRestored& event, const Circumstances& at, const Fresh& fresh) {
    Account account = TRY(subject_of(event, at.now));
    TRY(check_passkey(account, event, at.now));
    const SignIn& sign_in = event.sign_in;
    const Passkey& passkey = event.passkey;
    const bool is_suspended = passkey.status == CredentialStatus::suspended;

    Draft draft(at, fresh);
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
    draft.add(RaiseEpoch{.account = account.id, .from_epoch = account.epoch});
    account.epoch += 1;
    draft.add(EndSessions{.account = account.id, .keep = std::nullopt});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.add(EndRecovery{.account = account.id});
    if (is_suspended) {
        draft.add(ChangeFactors{.account = account.id, .from_version = account.version, .by = 1});
        draft.add(RestorePasskey{.account = account.id, .passkey = passkey.id});
    }
    draft.add(UsePasskey{
        .account = account.id,
        .passkey = passkey.id,
        .from_sign_count = passkey.record.sign_count,
        .sign_count = std::max(passkey.record.sign_count, event.sign_count),
        .backup_state = event.backup_state,
        .at = at.now,
        .used_on = at.browser,
    });
    draft.open_session({
        .account = account,
        .assurance = Assurance::passkey,
        .authenticated_at = at.now,
        .recovered_at = std::nullopt,
        .passkey = passkey.id,
    });
    draft.log(EventKind::passkey_restored, account.id, display_name(passkey));
    draft.log(EventKind::signed_in, account.id, display_name(passkey));
    draft.tell(NoticeKind::passkey_restored, account, display_name(passkey));
    return draft.finish(SignInState::done, sign_in.return_to);
}

}  // namespace latchkey::accounts
