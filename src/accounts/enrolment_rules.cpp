// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/enrolment_rules.hpp"

#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/draft.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/result.hpp"

#include <optional>
#include <vector>

namespace latchkey::accounts {
using enum Refusal;

namespace {

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

}  // namespace

Result<std::optional<Account>> subject_of(
    const SignIn& sign_in, const std::optional<Account>& account
) {
    if (!sign_in.account) {
        if (account) return Fail{signed_out_everywhere};
        return std::optional<Account>();
    }
    // Deleted since, or signed out everywhere.
    if (!account || account->id != *sign_in.account) return Fail{signed_out_everywhere};
    if (account->epoch != sign_in.account_epoch) return Fail{signed_out_everywhere};
    return account;
}

Result<Grounds> check_grounds(
    const SignIn& sign_in, const std::vector<Passkey>& passkeys, const SecondSteps& steps
) {
    Grounds grounds;
    if (sign_in.proof == Proof::passkey) {
        if (!sign_in.passkey) return Fail{proof_withdrawn};
        grounds.proof = find_usable(passkeys, *sign_in.passkey);
        if (grounds.proof == nullptr) return Fail{proof_withdrawn};
    } else if (sign_in.second == SecondStep::biometrics) {
        const bool is_there =
            sign_in.passkey && find_second_factor(passkeys, *sign_in.passkey) != nullptr;
        if (!is_there) return Fail{proof_withdrawn};
    } else if (sign_in.second) {
        if (!still_has(steps, *sign_in.second)) return Fail{proof_withdrawn};
    } else if (asks_second_step(passkeys, steps) || (!sign_in.recovered && !passkeys.empty())) {
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

void finish_sign_in(Draft& draft, const SignIn& sign_in, const Circumstances& at) {
    draft.add(FinishSignIn{.sign_in = sign_in.id, .from_version = sign_in.version, .now = at.now});
}

void finish_proved_sign_in(
    Draft& draft, const Account& account, const SignIn& sign_in, const Circumstances& at
) {
    finish_sign_in(draft, sign_in, at);
    draft.add(RequireEpoch{.account = account.id, .epoch = sign_in.account_epoch});
    if (sign_in.identity) {
        draft.add(RequireIdentity{.account = account.id, .who = *sign_in.identity});
    }
}

Assurance assurance_of(const Grounds& grounds, const SignIn& sign_in) {
    if (grounds.recovered_at) return Assurance::recovered;
    return sign_in.second ? Assurance::two_steps : Assurance::passkey;
}

void end_with_passkey(Draft& draft, const Arrival& arrival, const Circumstances& at) {
    const auto& [account, sign_in, grounds, passkey] = arrival;
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
        .assurance = assurance_of(grounds, sign_in),
        .authenticated_at = sign_in.proved_at,
        .recovered_at =
            grounds.recovered_at ? grounds.recovered_at : mark_of(account.recovered_at, at.now),
        .passkey = proof_stays ? grounds.proof->id : passkey.id,
    });
    draft.log(EventKind::signed_in, account.id, display_name(passkey));
}

}  // namespace latchkey::accounts
