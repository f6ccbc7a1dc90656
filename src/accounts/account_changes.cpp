// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"

#include "accounts/acting.hpp"
#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::accounts {

SessionState session_state(const Session& session, const Account& account, TimePoint now) {
    if (session.account != account.id) return SessionState::signed_out;
    if (session.account_epoch != account.epoch) return SessionState::signed_out;
    const TimePoint idle_until = session.last_seen_at + limits::session_idle;
    const bool is_over = now >= session.expires_at || now >= idle_until;
    return is_over ? SessionState::expired : SessionState::valid;
}

Decision sign_out(const Session& session, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(EndSession{session.id});
    draft.log(EventKind::signed_out, session.account);
    return draft.finish(SignInState::start);
}

Decision sign_out_everywhere(const Account& account, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(RaiseEpoch{.account = account.id, .from_epoch = account.epoch});
    draft.add(EndSessions{.account = account.id, .keep = std::nullopt});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.log(EventKind::signed_out_everywhere, account.id);
    return draft.finish(SignInState::start);
}

Result<Decision> start_over(const SignIn& sign_in, const Circumstances& at) {
    if (!accepts(sign_in.state, SignInEvent::started_over)) {
        return Fail{Refusal::not_in_this_state};
    }
    const Fresh none;
    Draft draft(at, none);
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
    return draft.finish(SignInState::start);
}

Decision note_wrong_second_step(
    const Account& account, std::uint32_t in_a_row, const Circumstances& at, const Fresh& fresh
) {
    Draft draft(at, fresh);
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    draft.log(EventKind::second_step_wrong, account.id);
    if (in_a_row == limits::failures_before_notice) {
        draft.tell(NoticeKind::second_step_wrong, account);
    }
    return draft.finish(SignInState::second);
}

Decision delete_account(const Account& account, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.add(DeleteAccount{account.id});
    draft.log(EventKind::account_deleted, account.id);
    draft.tell(NoticeKind::account_deleted_by_operator, account);
    return draft.finish(SignInState::start);
}

Decision grant_recovery(const Account& account, const Circumstances& at, const Fresh& fresh) {
    const Hold hold{
        .account = account.id,
        .account_epoch = account.epoch,
        .started_at = at.now,
        .ends_at = at.now,
        .by_operator = true,
    };
    Draft draft(at, fresh);
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.add(StartHold{.hold = hold, .over_since = at.now});
    draft.log(EventKind::recovery_granted, account.id);
    draft.tell_of_hold(NoticeKind::recovery_granted, account, hold, std::nullopt);
    return draft.finish(SignInState::start);
}

namespace {

/// Of every device, told once.
void remove_biometrics(
    Draft& draft,
    const Account& account,
    const std::vector<Passkey>& passkeys,
    std::uint32_t version
) {
    std::string names;
    for (const Passkey& credential : passkeys) {
        if (!is_second_factor(credential)) continue;
        draft.add(ChangeFactors{.account = account.id, .from_version = version++, .by = -1});
        draft.add(
            RemovePasskey{.account = account.id, .passkey = credential.id, .keep = std::nullopt}
        );
        names += (names.empty() ? "" : ", ") + display_name(credential);
    }
    if (names.empty()) return;
    draft.log(EventKind::biometrics_removed, account.id, "operator");
    draft.tell(NoticeKind::biometrics_removed, account, names);
}

}  // namespace

Result<Decision> reset_second_step(
    const Account& account,
    const std::vector<Passkey>& passkeys,
    const SecondSteps& steps,
    const Circumstances& at,
    const Fresh& fresh
) {
    const std::size_t methods = count_methods(passkeys, steps);
    if (methods == 0) return Fail{Refusal::not_yours};
    if (account.factors <= methods) return Fail{Refusal::last_factor};
    std::uint32_t version = account.version;
    Draft draft(at, fresh);
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    const auto remove = [&](const Change& change, EventKind event, NoticeKind notice) {
        draft.add(ChangeFactors{.account = account.id, .from_version = version++, .by = -1});
        draft.add(change);
        draft.log(event, account.id, "operator");
        draft.tell(notice, account);
    };
    if (steps.app) {
        const RemoveAuthenticatorApp change{.account = account.id, .app = steps.app->id};
        remove(change, EventKind::app_removed, NoticeKind::app_removed);
    }
    if (steps.phone) {
        const RemovePhone change{.account = account.id, .phone = steps.phone->id};
        remove(change, EventKind::phone_removed, NoticeKind::phone_removed);
    }
    remove_biometrics(draft, account, passkeys, version);
    draft.add(SetRecoveryCodes{.account = account.id, .macs = {}});
    draft.add(EndSessions{.account = account.id, .keep = std::nullopt});
    return draft.finish(SignInState::start);
}

Result<Decision> ask_deletion(const Acting& who, const Circumstances& at, const Fresh& fresh) {
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    Account account = who.account;
    account.deletes_at = at.now + limits::deletion_wait;
    draft.add(
        SetDeletion{.account = account.id, .from = who.account.deletes_at, .to = account.deletes_at}
    );
    draft.add(RaiseEpoch{.account = account.id, .from_epoch = account.epoch});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.log(EventKind::deletion_asked, account.id);
    draft.tell(NoticeKind::deletion_asked, account);
    return draft.finish(SignInState::start);
}

Decision finish_deletion(const Account& account, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(
        SetDeletion{.account = account.id, .from = account.deletes_at, .to = account.deletes_at}
    );
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    draft.add(DeleteAccount{account.id});
    draft.log(EventKind::account_deleted, account.id);
    draft.tell(NoticeKind::account_deleted, account);
    return draft.finish(SignInState::start);
}

Decision invite(const EmailAddress& email, const Circumstances& at, const Fresh& fresh) {
    Draft draft(at, fresh);
    draft.add(Invite{.email = email, .expires_at = at.now + limits::invitation_lifetime});
    draft.log(EventKind::invited, std::nullopt, email.masked());
    return draft.finish(SignInState::start);
}

}  // namespace latchkey::accounts
