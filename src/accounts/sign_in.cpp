// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sign_in.hpp"

#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::accounts {
namespace {

using enum Refusal;

Result<void> check_credential(const PasskeyAsserted& event) {
    const Passkey& passkey = event.passkey;
    if (passkey.account != event.account.id) return Fail{not_yours};
    if (passkey.record.user_handle != event.account.user_handle) return Fail{not_yours};
    if (passkey.purpose == CredentialPurpose::second_factor) return Fail{second_step_only};
    if (passkey.status == CredentialStatus::suspended) return Fail{credential_suspended};
    if (is_copy(passkey, event.sign_count, event.counter_rule)) return Fail{counter_went_back};
    return {};
}

void use_passkey(Draft& draft, const PasskeyAsserted& event, const Circumstances& at) {
    const std::uint32_t stored = event.passkey.record.sign_count;
    draft.add(UsePasskey{
        .account = event.account.id,
        .passkey = event.passkey.id,
        .from_sign_count = stored,
        .sign_count = std::max(stored, event.sign_count),
        .backup_state = event.backup_state,
        .at = at.now,
        .used_on = at.browser,
    });
    draft.add(RequireEpoch{.account = event.account.id, .epoch = event.account.epoch});
    // Who has the passkey is there: nobody has to be let in around it.
    draft.add(EndHold{.account = event.account.id, .started_at = std::nullopt});
    if (went_back(stored, event.sign_count)) {
        draft.log(EventKind::counter_went_back, event.account.id, display_name(event.passkey));
    }
}

/// A first proof that was not a passkey: what the rules look at, whichever it was.
struct FirstProof {
    Proof proof = Proof::email_code;
    const EmailAddress& email;
    std::optional<Identity> identity;
    const std::optional<Account>& account;
    const std::vector<Passkey>& passkeys;
    const SecondSteps& steps;
    bool may_sign_up = false;
    Recovery recovery = Recovery::notify;
};

/// Whether the first proof is not enough: the account asks for a second step, or the operator lets
/// nobody go around a passkey at once, or a passkey is to be restored, which has to be used.
bool asks_more(const FirstProof& proof, const Purpose& purpose) {
    if (purpose.intent == Intent::restore) return true;
    const bool is_recovery = !proof.passkeys.empty();
    return asks_second_step(proof.passkeys, proof.steps) ||
           (is_recovery && proof.recovery != Recovery::notify);
}

/// A sign-in of the account's owner, to be stored in the state that the caller says.
SignIn proved_by(const Account& account, const FirstProof& proof, const Purpose& purpose) {
    return {
        .account = account.id,
        .account_epoch = account.epoch,
        .email = account.email,
        .proof = proof.proof,
        .identity = proof.identity,
        .user_handle = account.user_handle,
        .intent = purpose.intent,
        .replaces = purpose.replaces,
        .return_to = purpose.return_to,
    };
}

/// What ends the proof in another request stops the commit that rests on it.
void require(Draft& draft, const Account& account, const FirstProof& proof) {
    draft.add(RequireEpoch{.account = account.id, .epoch = account.epoch});
    if (proof.identity) {
        draft.add(RequireIdentity{.account = account.id, .who = *proof.identity});
    }
}

/// The proof of somebody who has no account: the passkey will bring it.
Result<Decision> start_sign_up(
    const Purpose& purpose, const FirstProof& proof, const Circumstances& at, const Fresh& fresh
) {
    if (!proof.may_sign_up) return Fail{sign_up_closed};
    if (purpose.replaces || purpose.intent == Intent::restore) return Fail{not_yours};
    Draft draft(at, fresh);
    draft.start_sign_in({
        .email = proof.email,
        .proof = proof.proof,
        .identity = proof.identity,
        .user_handle = fresh.user_handle,
        .intent = purpose.intent,
        .return_to = purpose.return_to,
    });
    return draft.finish(SignInState::enrol, purpose.return_to);
}

/// Signing in around a passkey is never silent.
void recover(
    Draft& draft, const Account& account, const FirstProof& proof, const Circumstances& at
) {
    const std::string issuer = proof.identity ? proof.identity->issuer : std::string();
    draft.add(MarkRecovered{.account = account.id, .at = at.now});
    draft.log(EventKind::signed_in_recovered, account.id, issuer);
    draft.tell_of_recovery(NoticeKind::signed_in_recovered, account, issuer);
}

/// The proof of an account's owner. If the account has passkeys it is the way around them,
/// design.md 4.3 "notify": let in at once, marked, logged and told.
Result<Decision> go_on_without_passkey(
    const Account& account,
    const Purpose& purpose,
    const FirstProof& proof,
    const Circumstances& at,
    const Fresh& fresh
) {
    const bool is_recovery = !proof.passkeys.empty();
    Draft draft(at, fresh);
    require(draft, account, proof);
    if (is_recovery) recover(draft, account, proof, at);
    const bool can_sign_in = std::ranges::any_of(proof.passkeys, is_usable);
    // A recovery adds a passkey, and no second step: that changes by the usual proof alone.
    if (can_sign_in && purpose.intent != Intent::add_passkey) {
        // A second step that was added meanwhile would have been asked for.
        draft.add(ChangeFactors{.account = account.id, .from_version = account.version, .by = 0});
        draft.open_session({
            .account = account,
            .assurance = Assurance::recovered,
            .authenticated_at = at.now,
            .recovered_at = at.now,
            .passkey = std::nullopt,
        });
        return draft.finish(SignInState::done, purpose.return_to);
    }
    TRY(check_not_frozen(account, at.now));
    TRY(check_room(proof.passkeys, purpose.replaces));
    SignIn sign_in = proved_by(account, proof, purpose);
    sign_in.recovered = is_recovery;
    draft.start_sign_in(std::move(sign_in));
    return draft.finish(SignInState::enrol, purpose.return_to);
}

/// T1, T2: a first proof alone never skips the second step.
Result<Decision> ask_second_step(
    const Account& account,
    const Purpose& purpose,
    const FirstProof& proof,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (adds_factor(purpose.intent)) {
        TRY(check_may_add(account, proof.passkeys, purpose, at.now));
    }
    Draft draft(at, fresh);
    require(draft, account, proof);
    SignIn sign_in = proved_by(account, proof, purpose);
    sign_in.state = SignInState::second;
    draft.start_sign_in(std::move(sign_in));
    return draft.finish(SignInState::second, purpose.return_to);
}

Result<Decision> go_on(
    const Purpose& purpose, const FirstProof& proof, const Circumstances& at, const Fresh& fresh
) {
    if (!proof.account) return start_sign_up(purpose, proof, at, fresh);
    if (asks_more(proof, purpose)) {
        return ask_second_step(*proof.account, purpose, proof, at, fresh);
    }
    return go_on_without_passkey(*proof.account, purpose, proof, at, fresh);
}

/// A code is good only for who had the address when it was sent, in the same epoch.
Result<void> check_subject(const CodeMatched& event) {
    const bool was_known = event.code.account.has_value();
    if (!event.account) {
        if (was_known) return Fail{signed_out_everywhere};
        return {};
    }
    if (was_known && event.account->id != *event.code.account) return Fail{signed_out_everywhere};
    // A code that was sent before the account was made has epoch 0, as a new account does.
    if (event.account->epoch != event.code.account_epoch) return Fail{signed_out_everywhere};
    return {};
}

}  // namespace

bool accepts(SignInState state, SignInEvent event) {
    return std::ranges::any_of(sign_in_table, [=](const Transition& row) {
        return row.from == state && row.event == event;
    });
}

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const PasskeyAsserted& event,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (!accepts(state, SignInEvent::passkey_asserted)) return Fail{not_in_this_state};
    TRY(check_credential(event));
    const auto mark = mark_of(event.passkey.recovered_at, at.now);
    Draft draft(at, fresh);
    use_passkey(draft, event, at);

    // What a recovery made adds passkeys, which it marks, and no second step.
    const bool is_marked = mark.has_value() && purpose.intent == Intent::add_second_step;
    if (adds_factor(purpose.intent) && !is_marked) {
        TRY(check_may_add(event.account, event.passkeys, purpose, at.now));
        draft.start_sign_in({
            .account = event.account.id,
            .account_epoch = event.account.epoch,
            .email = event.account.email,
            .proof = Proof::passkey,
            .passkey = event.passkey.id,
            .recovered = mark.has_value(),
            .user_handle = event.account.user_handle,
            .intent = purpose.intent,
            .replaces = purpose.replaces,
            .return_to = purpose.return_to,
        });
        return draft.finish(SignInState::enrol, purpose.return_to);
    }
    draft.open_session({
        .account = event.account,
        .assurance = mark ? Assurance::recovered : Assurance::passkey,
        .authenticated_at = at.now,
        // A proof that is older than the recovery stays honest; that there was one is still said.
        .recovered_at = mark ? mark : mark_of(event.account.recovered_at, at.now),
        .passkey = event.passkey.id,
    });
    draft.log(EventKind::signed_in, event.account.id, display_name(event.passkey));
    return draft.finish(SignInState::done, purpose.return_to);
}

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const CodeMatched& event,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (!accepts(state, SignInEvent::code_matched)) return Fail{not_in_this_state};
    if (at.now >= event.code.expires_at) return Fail{expired};
    TRY(check_subject(event));
    const FirstProof proof{
        .proof = Proof::email_code,
        .email = event.email,
        .identity = std::nullopt,
        .account = event.account,
        .passkeys = event.passkeys,
        .steps = event.steps,
        .may_sign_up = event.may_sign_up,
        .recovery = event.recovery,
    };
    return go_on(purpose, proof, at, fresh);
}

Result<Decision> decide(
    SignInState state,
    const Purpose& purpose,
    const UpstreamProved& event,
    const Circumstances& at,
    const Fresh& fresh
) {
    if (!accepts(state, SignInEvent::upstream_proved)) return Fail{not_in_this_state};
    if (!event.account) {
        if (!event.email) return Fail{address_not_vouched};
        // An address is no link (T32): who has the account signs in to it and links there.
        if (event.is_address_taken) return Fail{address_taken};
    }
    const FirstProof proof{
        .proof = Proof::upstream,
        .email = event.account ? event.account->email : *event.email,
        .identity = event.identity,
        .account = event.account,
        .passkeys = event.passkeys,
        .steps = event.steps,
        .may_sign_up = event.may_sign_up,
        .recovery = event.recovery,
    };
    return go_on(purpose, proof, at, fresh);
}

}  // namespace latchkey::accounts
