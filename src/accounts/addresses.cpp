// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/addresses.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <optional>
#include <utility>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Codes take longer than a fresh proof lasts: it had to be fresh when the change was begun, by the
/// session that ends it.
Result<void> check_begun(const Acting& who, const ProvedAddress& proved, TimePoint now) {
    TRY(check_not_frozen(who, now));
    if (!is_fresh(who.session, proved.begun_at)) return Fail{proof_too_old};
    if (now >= proved.begun_at + limits::email_code_lifetime) return Fail{expired};
    return {};
}

bool is_same(const std::optional<EmailAddress>& left, const EmailAddress& right) {
    return left && left->canonical() == right.canonical();
}

/// The account gets that address: all but the acting session ends. `stop`: what whoever reads the
/// address of before can do about it.
Decision move_to(
    Draft& draft, const Acting& who, const EmailAddress& email, std::optional<StopLink> stop
) {
    const Account& account = who.account;
    require_acting(draft, who);
    draft.add(ChangeEmail{.account = account.id, .from = account.email, .to = email});
    Account before = account;
    if (is_same(account.second_email, email)) {
        draft.add(
            SetSecondEmail{.account = account.id, .from = account.second_email, .to = std::nullopt}
        );
        before.second_email.reset();
    }
    draft.add(RaiseEpoch{.account = account.id, .from_epoch = account.epoch});
    draft.add(EndHold{.account = account.id, .started_at = std::nullopt});
    Session acting = who.session;
    acting.account_epoch = account.epoch + 1;
    draft.renew_session(acting);
    draft.log(EventKind::email_changed, account.id, email.masked());
    draft.tell_of_address(NoticeKind::email_changed, before, email, std::move(stop));
    Account after = account;
    after.email = email;
    after.second_email.reset();
    draft.tell_of_address(NoticeKind::email_changed, after, email);
    Decision decision = draft.finish(SignInState::done);
    decision.signed_in_to = email;
    return decision;
}

}  // namespace

Result<void> check_new_address(const Acting& who, const EmailAddress& email, TimePoint now) {
    TRY(check_sensitive_change(who, now));
    if (is_same(who.account.email, email)) return Fail{address_taken};
    return {};
}

Result<Decision> change_email(
    const Acting& who, const ProvedAddress& proved, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_begun(who, proved, at.now));
    if (is_same(who.account.email, proved.email)) return Fail{address_taken};
    Draft draft(at, fresh);
    return move_to(
        draft,
        who,
        proved.email,
        StopLink{
            .account = who.account.id,
            .epoch = who.account.epoch + 1,
            .until = at.now + limits::stop_link_lifetime,
            .address_before = who.account.email,
        }
    );
}

Result<Decision> take_address_back(
    const StopLink& link, const Acting& who, const Circumstances& at, const Fresh& fresh
) {
    if (!link.address_before || link.account != who.account.id) return Fail{not_yours};
    if (at.now >= link.until) return Fail{expired};
    TRY(check_session(who, at.now));
    if (who.session.assurance == Assurance::recovered) return Fail{frozen_after_recovery};
    if (!is_fresh(who.session, at.now)) return Fail{proof_too_old};
    if (is_same(who.account.email, *link.address_before)) return Fail{address_taken};
    Draft draft(at, fresh);
    return move_to(draft, who, *link.address_before, std::nullopt);
}

Result<Decision> set_second_email(
    const Acting& who, const ProvedAddress& proved, const Circumstances& at, const Fresh& fresh
) {
    const Account& account = who.account;
    TRY(check_begun(who, proved, at.now));
    if (is_same(account.email, proved.email)) return Fail{address_taken};
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(
        SetSecondEmail{.account = account.id, .from = account.second_email, .to = proved.email}
    );
    draft.renew_session(who.session);
    draft.log(EventKind::second_email_set, account.id, proved.email.masked());
    draft.tell_of_address(NoticeKind::second_email_set, account, proved.email);
    return draft.finish(SignInState::done);
}

Result<Decision> remove_second_email(
    const Acting& who, const Circumstances& at, const Fresh& fresh
) {
    const Account& account = who.account;
    if (!account.second_email) return Fail{not_yours};
    TRY(check_sensitive_change(who, at.now));
    Draft draft(at, fresh);
    require_acting(draft, who);
    draft.add(
        SetSecondEmail{.account = account.id, .from = account.second_email, .to = std::nullopt}
    );
    draft.renew_session(who.session);
    draft.log(EventKind::second_email_removed, account.id, account.second_email->masked());
    draft.tell_of_address(NoticeKind::second_email_removed, account, *account.second_email);
    return draft.finish(SignInState::done);
}

}  // namespace latchkey::accounts
