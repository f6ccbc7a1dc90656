// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"

#include <optional>
#include <vector>

// What the witness knows of "this wasn't me", and of passkeys that go back to their owner.
namespace latchkey::accounts {

/// Sessions, sign-ins and codes from before are void.
void Witness::end_all_of(AccountId account, const EmailAddress& email) {
    std::erase_if(sessions_, [account](const auto& row) { return row.second.account == account; });
    holds_.erase(account);
    for (auto& [id, sign_in] : sign_ins_) {
        sign_in.is_void |= sign_in.account == account;
    }
    for (auto& [id, code] : codes_) {
        code.is_void |= code.email == email;
    }
}

void Witness::see_stop(const Scene& scene) {
    const AccountId account(scene.step.subject);
    end_all_of(account, scene.before.find_account(account)->email);
    frozen_[account] = scene.before.now;
}

Witness::Verdict Witness::see_restoring(const Scene& scene) {
    const auto used = sign_ins_.extract(SignInId(scene.step.subject));
    if (used.empty()) return "I3: a passkey was restored without a code, or by one used before";
    Proof proof = used.mapped();
    if (proof.is_void) return "I7: a code that was taken back restored a passkey";
    if (scene.before.now >= proof.at + sign_in_lasts) return "I7: the code was too old";
    if (!proof.account || proof.passkey || proof.second || proof.upstream) {
        return "4.3: a passkey was restored without a code to the address";
    }
    const PasskeyId id(*scene.step.other);
    const Key& key = keys_.at(id);
    if (key.owner != *proof.account) return "I5: a passkey of another account was restored";
    const auto frozen = frozen_.find(key.owner);
    const TimePoint told = frozen == frozen_.end() ? scene.before.now : frozen->second;
    if (lasting(key.recovered_at, told)) return "T5: what a recovery made ended it";
    if (!is_active(scene.after, id)) return "4.3: a passkey was restored and is not active";
    end_all_of(key.owner, scene.before.find_account(key.owner)->email);
    recoveries_.erase(key.owner);
    frozen_.erase(key.owner);
    actor_ = Proof{
        .account = key.owner,
        .email = proof.email,
        .at = scene.before.now,
        .passkey = id,
        .recovered_at = std::nullopt,
    };
    return open(scene, *actor_);
}

/// After "this wasn't me" no factor comes or goes, until the owner is back.
Witness::Verdict Witness::check_frozen(const Scene& scene) const {
    const bool changes_factors =
        scene.step.kind == StepKind::create_passkey || renews_session(scene.step.kind);
    if (!changes_factors || !actor_ || !actor_->account) return std::nullopt;
    const auto frozen = frozen_.find(*actor_->account);
    if (frozen == frozen_.end() || scene.before.now >= frozen->second + freeze_lasts) {
        return std::nullopt;
    }
    return "4.3: a factor changed although the owner said that it was somebody else";
}

}  // namespace latchkey::accounts
