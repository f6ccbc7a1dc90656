// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
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

// The last step of a sign-in that adds a factor: the only place where a credential is made.
namespace latchkey::accounts {
namespace {

using enum Refusal;

/// What the proof of the sign-in is worth now.
struct Grounds {
    const Passkey* proof = nullptr;         // nullptr: it was another one
    const Passkey* replaced = nullptr;      // nullptr: none
    std::optional<TimePoint> recovered_at;  // set: it is a recovery, and what it adds is marked
};

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
    };
}

void finish_sign_in(Draft& draft, const SignIn& sign_in, const Circumstances& at) {
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
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

/// Whether the proof still holds: factors come and go while a sign-in waits for a new one.
template <class Created>
Result<Grounds> check_grounds(const Created& event) {
    const SignIn& sign_in = event.sign_in;
    Grounds grounds;
    if (sign_in.proof == Proof::passkey) {
        if (!sign_in.passkey) return Fail{proof_withdrawn};
        grounds.proof = find_usable(event.passkeys, *sign_in.passkey);
        if (grounds.proof == nullptr) return Fail{proof_withdrawn};
    } else if (sign_in.second == SecondStep::biometrics) {
        const bool is_there =
            sign_in.passkey && find_second_factor(event.passkeys, *sign_in.passkey) != nullptr;
        if (!is_there) return Fail{proof_withdrawn};
    } else if (sign_in.second) {
        if (!still_has(event.steps, *sign_in.second)) return Fail{proof_withdrawn};
    } else if (asks_second_step(event.passkeys, event.steps) ||
               (!sign_in.recovered && !event.passkeys.empty())) {
        // The first proof was enough, and now the account has a second step, or its first passkey.
        return Fail{proof_withdrawn};
    }
    if (sign_in.recovered) {
        const auto inherited =
            grounds.proof != nullptr ? grounds.proof->recovered_at : std::nullopt;
        grounds.recovered_at = inherited.value_or(sign_in.proved_at);
    }
    return grounds;
}

/// New in, old out, in one commit: it works for the only passkey, too.
void replace(
    Draft& draft, const Grounds& grounds, const Account& account, const Circumstances& at
) {
    const Passkey& old = *grounds.replaced;
    const Removal removal = removal_by(
        {
            .assurance = grounds.recovered_at ? Assurance::recovered : Assurance::passkey,
            .recovered_at = grounds.recovered_at,
            .proof = grounds.proof,
        },
        at.now
    );
    draft.add(remove(old, removal, at.now));
    draft.log(EventKind::passkey_replaced, account.id, display_name(old));
    if (removal == Removal::suspension) {
        draft.log(EventKind::passkey_suspended, account.id, display_name(old));
    }
    draft.tell(NoticeKind::passkey_replaced, account, display_name(old));
}

Assurance assurance_of(const Grounds& grounds, const SignIn& sign_in) {
    if (grounds.recovered_at) return Assurance::recovered;
    return sign_in.second ? Assurance::two_steps : Assurance::passkey;
}

Result<Decision> add_passkey(
    const Account& account, const PasskeyCreated& event, const Circumstances& at, const Fresh& fresh
) {
    TRY(check_not_frozen(account, at.now));
    Grounds grounds = TRY(check_grounds(event));
    grounds.replaced = TRY(check_room(event.passkeys, event.sign_in.replaces));
    Passkey passkey = make_credential(event, CredentialPurpose::passkey, at, fresh);
    passkey.recovered_at = grounds.recovered_at;

    Draft draft(at, fresh);
    finish_sign_in(draft, event.sign_in, at);
    draft.add(RequireEpoch{.account = account.id, .epoch = event.sign_in.account_epoch});
    if (event.sign_in.identity) {
        draft.add(RequireIdentity{.account = account.id, .who = *event.sign_in.identity});
    }
    draft.add(ChangeFactors{
        .account = account.id,
        .from_version = account.version,
        .by = grounds.replaced != nullptr ? 0 : 1,
    });
    draft.add(AddPasskey{passkey});
    if (grounds.replaced != nullptr) {
        replace(draft, grounds, account, at);
    } else {
        draft.log(EventKind::passkey_added, account.id, display_name(passkey));
        draft.tell(NoticeKind::passkey_added, account, display_name(passkey));
    }
    // Opened by the passkey that was the proof, so that it ends with that one; if that one is just
    // replaced, or it was none, by the new one.
    const bool proof_stays = grounds.proof != nullptr && grounds.proof != grounds.replaced;
    draft.open_session({
        .account = account,
        .assurance = assurance_of(grounds, event.sign_in),
        .authenticated_at = event.sign_in.proved_at,
        .recovered_at =
            grounds.recovered_at ? grounds.recovered_at : mark_of(account.recovered_at, at.now),
        .passkey = proof_stays ? grounds.proof->id : passkey.id,
    });
    draft.log(EventKind::signed_in, account.id, display_name(passkey));
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

/// Whose sign-in it is, as the account is now; nullopt: a new person's.
template <class Created>
Result<std::optional<Account>> subject_of(const Created& event) {
    const SignIn& sign_in = event.sign_in;
    if (event.record.user_handle != sign_in.user_handle) return Fail{not_yours};
    if (!sign_in.account) {
        if (event.account) return Fail{signed_out_everywhere};
        return std::optional<Account>();
    }
    // Deleted since, or signed out everywhere.
    if (!event.account || event.account->id != *sign_in.account) return Fail{signed_out_everywhere};
    if (event.account->epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    const bool is_taken = std::ranges::any_of(event.passkeys, [&](const Passkey& passkey) {
        return passkey.record.id == event.record.id;
    });
    if (is_taken) return Fail{already_registered};
    return event.account;
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
    const Grounds grounds = TRY(check_grounds(event));
    const Passkey credential = make_credential(event, CredentialPurpose::second_factor, at, fresh);
    const std::string name = display_name(credential);

    Draft draft(at, fresh);
    finish_sign_in(draft, sign_in, at);
    draft.add(RequireEpoch{.account = account.id, .epoch = sign_in.account_epoch});
    if (sign_in.identity) {
        draft.add(RequireIdentity{.account = account.id, .who = *sign_in.identity});
    }
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
    const auto account = TRY(subject_of(event));
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
    const auto account = TRY(subject_of(event));
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
