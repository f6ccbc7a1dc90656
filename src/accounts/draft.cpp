// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/draft.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/result.hpp"

#include <optional>
#include <string>
#include <utility>

namespace latchkey::accounts {

void Draft::log(EventKind kind, std::optional<AccountId> account, std::string detail) {
    LATCHKEY_ASSERT(events_ < fresh_.events.size());
    add(AppendEvent{Event{
        .id = fresh_.events.at(events_++),
        .at = at_.now,
        .kind = kind,
        .account = account,
        .network = at_.network,
        .browser = at_.browser,
        .detail = std::move(detail),
    }});
}

void Draft::tell(NoticeKind kind, const Account& account, std::string passkey) {
    tell_all(account, {.kind = kind, .passkey = std::move(passkey), .browser = at_.browser});
}

void Draft::tell_of_identity(NoticeKind kind, const Account& account, std::string issuer) {
    tell_all(account, {.kind = kind, .issuer = std::move(issuer), .browser = at_.browser});
}

void Draft::tell_of_address(
    NoticeKind kind,
    const Account& account,
    const EmailAddress& address,
    std::optional<StopLink> stop
) {
    tell_all(
        account,
        {.kind = kind, .address = address.masked(), .browser = at_.browser, .stop = std::move(stop)}
    );
}

void Draft::tell_of_recovery(NoticeKind kind, const Account& account, std::string issuer) {
    const StopLink stop{
        .account = account.id,
        .epoch = account.epoch,
        .until = at_.now + limits::stop_link_lifetime,
    };
    tell_all(
        account, {.kind = kind, .issuer = std::move(issuer), .browser = at_.browser, .stop = stop}
    );
}

void Draft::tell_of_hold(
    NoticeKind kind, const Account& account, const Hold& hold, std::optional<TimePoint> tell_at
) {
    const StopLink stop{
        .account = hold.account,
        .epoch = hold.account_epoch,
        .until = hold.started_at + limits::stop_link_lifetime,
    };
    tell_all(
        account,
        {.kind = kind, .browser = at_.browser, .hold = hold, .tell_at = tell_at, .stop = stop}
    );
}

void Draft::tell_all(const Account& account, Notice notice) {
    notice.to = account.email;
    notice.language = account.language;
    notice.deletes_at = account.deletes_at;
    decision_.notices.push_back(notice);
    if (!account.second_email) return;
    notice.to = *account.second_email;
    decision_.notices.push_back(std::move(notice));
}

void Draft::open_session(const SessionGrounds& grounds) {
    if (at_.current_session) add(EndSession{*at_.current_session});
    if (const auto& deletes_at = grounds.account.deletes_at) {
        const AccountId account = grounds.account.id;
        add(SetDeletion{.account = account, .from = deletes_at, .to = std::nullopt});
        log(EventKind::deletion_stopped, account);
        tell(NoticeKind::deletion_stopped, grounds.account);
    }
    decision_.session = Session{
        .id = fresh_.session,
        .token_hash = fresh_.session_token_hash,
        .account = grounds.account.id,
        .account_epoch = grounds.account.epoch,
        .assurance = grounds.assurance,
        .created_at = at_.now,
        .authenticated_at = grounds.authenticated_at,
        .recovered_at = grounds.recovered_at,
        .passkey = grounds.passkey,
        .browser = at_.browser,
        .expires_at = grounds.authenticated_at + limits::session_lifetime,
        .last_seen_at = at_.now,
    };
    add(OpenSession{*decision_.session});
    set_language(grounds);
    signed_in_ = grounds.account;
}

/// A recovery may be a thief's: its notices stay in the owner's language.
void Draft::set_language(const SessionGrounds& grounds) {
    if (at_.language.empty() || at_.language == grounds.account.language) return;
    if (grounds.assurance == Assurance::recovered) return;
    add(SetLanguage{.account = grounds.account.id, .language = at_.language});
}

void Draft::renew_session(const Session& acting) {
    add(EndSession{acting.id});
    decision_.session = acting;
    decision_.session->id = fresh_.session;
    decision_.session->token_hash = fresh_.session_token_hash;
    decision_.session->last_seen_at = at_.now;
    add(OpenSession{*decision_.session});
}

void Draft::start_sign_in(SignIn sign_in) {
    sign_in.id = fresh_.sign_in;
    sign_in.token_hash = fresh_.sign_in_token_hash;
    sign_in.version = 1;
    sign_in.proved_at = at_.now;
    sign_in.expires_at = at_.now + limits::sign_in_lifetime;
    add(StartSignIn{sign_in});
    decision_.sign_in = std::move(sign_in);
}

Decision Draft::finish(SignInState next, std::string return_to) {
    if (signed_in_) {
        const bool is_told = at_.is_known_browser || !decision_.notices.empty();
        if (!is_told) tell(NoticeKind::new_browser, *signed_in_);
        decision_.signed_in_to = signed_in_->email;
    }
    decision_.next = next;
    decision_.return_to = std::move(return_to);
    return std::move(decision_);
}

}  // namespace latchkey::accounts
