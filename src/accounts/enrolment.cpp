// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"
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

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The last step of a sign-in that makes a factor: the only place where a credential comes in.
namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Of a PasskeyCreated or a BiometricsCreated.
template <class Created>
Passkey make_credential(
    const Created& event, CredentialPurpose purpose, const Circumstances& at, const Fresh& fresh
) {
    return {
        .id = fresh.passkey,
        .public_id = fresh.passkey_public_id,
        .account = event.account ? event.account->id : fresh.account,
        .record = event.record,
        .purpose = purpose,
        .name = {},
        .created_on = at.browser,
        .created_at = at.now,
        .last_used_at = std::nullopt,
        .last_used_on = {},
        .suspended_at = std::nullopt,
        .recovered_at = std::nullopt,
        .discoverable = event.discoverable,
    };
}

/// Whom another provider vouched for at the start of the sign-in, if one did, as a way in to the
/// new account.
void link(Draft& draft, const SignIn& sign_in, const Circumstances& at, const Fresh& fresh) {
    const auto& identity = sign_in.identity;
    if (!identity) return;
    draft.add(LinkIdentity{{
        .id = fresh.identity,
        .public_id = fresh.identity_public_id,
        .account = fresh.account,
        .who = *identity,
        .email = sign_in.email.text(),
        .linked_at = at.now,
    }});
    draft.log(EventKind::identity_linked, fresh.account, identity->issuer);
}

/// What the account of a new person begins with; its first factor follows.
Account begin_account(
    Draft& draft, const SignIn& sign_in, const Circumstances& at, const Fresh& fresh
) {
    const Account account{
        .id = fresh.account,
        .public_id = fresh.account_public_id,
        .user_handle = sign_in.user_handle,
        .email = sign_in.email,
        .created_at = at.now,
        .version = 1,
        .epoch = 0,
        .factors = 1,
        .recovered_at = std::nullopt,
        .language = at.language,
    };
    draft.add(CreateAccount{account});
    draft.log(EventKind::account_created, account.id);
    link(draft, sign_in, at, fresh);
    return account;
}

/// A new person: the account comes into being with its first passkey, never without a factor.
Result<Decision> create_account(
    const PasskeyCreated& event, const Circumstances& at, const Fresh& fresh
) {
    const Passkey passkey = make_credential(event, CredentialPurpose::passkey, at, fresh);
    Draft draft(at, fresh);
    finish_sign_in(draft, event.sign_in, at);
    if (event.needs_invite) draft.add(SpendInvite{.email = event.sign_in.email, .now = at.now});
    const Account account = begin_account(draft, event.sign_in, at, fresh);
    draft.add(AddPasskey{passkey});
    draft.log(EventKind::passkey_added, account.id, display_name(passkey));
    draft.tell(NoticeKind::passkey_added, account, display_name(passkey));
    // Creating the passkey took user verification: it is a proof of its own.
    draft.open_session({
        .account = account,
        .assurance = Assurance::passkey,
        .authenticated_at = at.now,
        .recovered_at = std::nullopt,
        .passkey = passkey.id,
    });
    draft.log(EventKind::signed_in, account.id, display_name(passkey));
    return draft.finish(SignInState::done, event.sign_in.return_to);
}

Result<Decision> add_passkey(
    const Account& account, const PasskeyCreated& event, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_not_frozen(account, at.now));
    Grounds grounds = TRY(check_grounds(event.sign_in, event.passkeys, event.steps));
    grounds.replaced = TRY(check_room(event.passkeys, event.sign_in.replaces));
    Passkey passkey = make_credential(event, CredentialPurpose::passkey, at, fresh);
    passkey.recovered_at = grounds.recovered_at;

    Draft draft(at, fresh);
    finish_proved_sign_in(draft, account, event.sign_in, at);
    draft.add(ChangeFactors{
        .account = account.id,
        .from_version = account.version,
        .by = grounds.replaced != nullptr ? 0 : 1,
    });
    draft.add(AddPasskey{passkey});
    end_with_passkey(draft, {account, event.sign_in, grounds, passkey}, at);
    return draft.finish(SignInState::done, event.sign_in.return_to);
}

/// The second step of a new person, instead of a passkey: what comes with each of its methods.
struct NewMethod {
    const SignIn& sign_in;
    Change added;
    EventKind event = EventKind::app_added;
    NoticeKind notice = NoticeKind::app_added;
    std::string_view words;
    const std::vector<Hash>& recovery_codes;
    bool needs_invite = false;
    std::string name{};  // of the device; empty: the method needs none
};

Result<Decision> create_account_by(
    const NewMethod& method, const Circumstances& at, const Fresh& fresh
) {
    const SignIn& sign_in = method.sign_in;
    if (at.now >= sign_in.expires_at) return Fail{expired};
    // Every account has a factor: there a method is turned on in Settings.
    if (sign_in.account) return Fail{not_in_this_state};
    Draft draft(at, fresh);
    finish_sign_in(draft, sign_in, at);
    if (method.needs_invite) draft.add(SpendInvite{.email = sign_in.email, .now = at.now});
    const Account account = begin_account(draft, sign_in, at, fresh);
    draft.add(method.added);
    draft.add(SetRecoveryCodes{.account = account.id, .macs = method.recovery_codes});
    draft.log(method.event, account.id, method.name);
    draft.log(EventKind::recovery_codes_made, account.id);
    draft.tell(method.notice, account, method.name);
    draft.open_session({
        .account = account,
        .assurance = Assurance::two_steps,
        .authenticated_at = at.now,
        .recovered_at = std::nullopt,
        .passkey = std::nullopt,
    });
    draft.log(EventKind::signed_in, account.id, std::string(method.words));
    return draft.finish(SignInState::done, sign_in.return_to);
}

/// 7.1 step 26, and that the credential was made for this sign-in's person.
template <class Created>
Result<void> check_made(const Created& event) {
    if (event.record.user_handle != event.sign_in.user_handle) return Fail{not_yours};
    const bool is_taken = std::ranges::any_of(event.passkeys, [&](const Passkey& passkey) {
        return passkey.record.id == event.record.id;
    });
    if (is_taken) return Fail{already_registered};
    return {};
}

/// A method more for an account that proved itself in full: the recovery codes come with the first.
Result<Decision> add_biometrics(
    const Account& account,
    const BiometricsCreated& event,
    const Circumstances& at,
    const Fresh& fresh
) {
    const SignIn& sign_in = event.sign_in;
    if (sign_in.intent != Intent::add_second_step) return Fail{not_in_this_state};
    if (sign_in.recovered) return Fail{frozen_after_recovery};
    const Purpose purpose{.intent = sign_in.intent, .replaces = {}, .return_to = {}};
    TRY(check_may_add(account, event.passkeys, purpose, at.now));
    const Grounds grounds = TRY(check_grounds(event.sign_in, event.passkeys, event.steps));
    const Passkey credential = make_credential(event, CredentialPurpose::second_factor, at, fresh);
    const std::string name = display_name(credential);

    Draft draft(at, fresh);
    finish_proved_sign_in(draft, account, sign_in, at);
    draft.add(ChangeFactors{.account = account.id, .from_version = account.version, .by = 1});
    draft.add(AddPasskey{credential});
    draft.log(EventKind::biometrics_added, account.id, name);
    if (!asks_second_step(event.passkeys, event.steps)) {
        draft.add(SetRecoveryCodes{.account = account.id, .macs = event.recovery_codes});
        draft.log(EventKind::recovery_codes_made, account.id);
    }
    draft.tell(NoticeKind::biometrics_added, account, name);
    draft.open_session({
        .account = account,
        .assurance = assurance_of(grounds, sign_in),
        .authenticated_at = sign_in.proved_at,
        .recovered_at = mark_of(account.recovered_at, at.now),
        .passkey = grounds.proof != nullptr ? std::optional(grounds.proof->id) : std::nullopt,
    });
    draft.log(EventKind::signed_in, account.id);
    return draft.finish(SignInState::done, sign_in.return_to);
}

}  // namespace

Result<Decision> decide(const PasskeyCreated& event, const Circumstances& at, const Fresh& fresh) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::passkey_created)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    TRY(check_made(event));
    const auto account = TRY(subject_of(sign_in, event.account));
    if (!account) return create_account(event, at, fresh);
    if (sign_in.intent == Intent::add_second_step) return Fail{not_in_this_state};
    return add_passkey(*account, event, at, fresh);
}

Result<Decision> decide(const AppConfirmed& event, const Circumstances& at, const Fresh& fresh) {
    if (!accepts(event.sign_in.state, SignInEvent::app_confirmed)) return Fail{not_in_this_state};
    return create_account_by(
        {
            .sign_in = event.sign_in,
            .added = AddAuthenticatorApp{event.app},
            .event = EventKind::app_added,
            .notice = NoticeKind::app_added,
            .words = "authenticator app",
            .recovery_codes = event.recovery_codes,
            .needs_invite = event.needs_invite,
        },
        at,
        fresh
    );
}

Result<Decision> decide(const PhoneConfirmed& event, const Circumstances& at, const Fresh& fresh) {
    if (!accepts(event.sign_in.state, SignInEvent::phone_confirmed)) return Fail{not_in_this_state};
    return create_account_by(
        {
            .sign_in = event.sign_in,
            .added = AddPhone{event.phone},
            .event = EventKind::phone_added,
            .notice = NoticeKind::phone_added,
            .words = "text message",
            .recovery_codes = event.recovery_codes,
            .needs_invite = event.needs_invite,
        },
        at,
        fresh
    );
}

Result<Decision> decide(
    const BiometricsCreated& event, const Circumstances& at, const Fresh& fresh
) {
    const SignIn& sign_in = event.sign_in;
    if (!accepts(sign_in.state, SignInEvent::biometrics_created)) return Fail{not_in_this_state};
    if (at.now >= sign_in.expires_at) return Fail{expired};
    TRY(check_made(event));
    const auto account = TRY(subject_of(sign_in, event.account));
    if (account) return add_biometrics(*account, event, at, fresh);
    const Passkey credential = make_credential(event, CredentialPurpose::second_factor, at, fresh);
    return create_account_by(
        {
            .sign_in = sign_in,
            .added = AddPasskey{credential},
            .event = EventKind::biometrics_added,
            .notice = NoticeKind::biometrics_added,
            .words = "device biometrics",
            .recovery_codes = event.recovery_codes,
            .needs_invite = event.needs_invite,
            .name = display_name(credential),
        },
        at,
        fresh
    );
}

}  // namespace latchkey::accounts
