// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

// What the witness knows of factors that come, change and go.
namespace latchkey::accounts {

/// What a sign-in that ends with a factor really proved.
Witness::Verdict Witness::take_enrolment(const Scene& scene, Proof& proof) {
    const auto finished = sign_ins_.extract(SignInId(scene.step.subject));
    if (finished.empty()) return "I6: a factor was added without a proof, or by one used before";
    proof = finished.mapped();
    if (proof.is_void) return "I6: a factor was added by a proof that was taken back";
    if (scene.before.now >= proof.at + sign_in_lasts) return "I6: the proof was too old";
    if (proof.passkey && !is_active(scene.before, *proof.passkey)) {
        return "I6: the passkey that was the proof is no longer active";
    }
    if (proof.device && !is_active_factor(scene.before, *proof.device)) {
        return "I6: the device that was the proof is no longer there";
    }
    if (!proof.account || proof.passkey) return std::nullopt;
    if (!proof.second && asks_more(scene.before, *proof.account)) {
        return "T1: a first proof alone added to an account that asks for more";
    }
    if (!proof.recovered_at && !proof.second && has_credentials(scene.before, *proof.account)) {
        return "I6: an e-mail proof added to an account with a passkey, without a recovery";
    }
    const bool is_by_app = proof.second == SecondStep::authenticator_app;
    if (is_by_app && scene.before.find_app(*proof.account) == nullptr) {
        return "I6: the app that was the proof is no longer there";
    }
    return std::nullopt;
}

/// Of a new person.
Witness::Verdict Witness::begin_account(const Scene& scene, Proof& proof) {
    if (scene.before.find_account(proof.email) != nullptr) return "I6: the address has an account";
    const Account* account = scene.after.find_account(proof.email);
    if (account == nullptr) return "I6: another address than the one that was proved";
    proof.account = account->id;
    proof.at = scene.before.now;
    if (proof.upstream) identities_[proof.upstream->subject] = account->id;
    return std::nullopt;
}

/// 4.3: the second step does not change by a recovery, nor for a while after one.
Witness::Verdict Witness::check_rested(const Scene& scene, const Proof& proof) const {
    const auto recovery = recoveries_.find(*proof.account);
    const bool is_overtaken = &scene.seen != &scene.before;
    if (lasting(proof.recovered_at, scene.before.now) ||
        (recovery != recoveries_.end() && scene.before.now < recovery->second + freeze_lasts &&
         !is_overtaken)) {
        return "4.3: two-step sign-in was changed after a recovery";
    }
    return std::nullopt;
}

Witness::Verdict Witness::check_one_made(const Scene& scene) const {
    const std::size_t most = scene.before.passkeys.size() + 1;
    if (scene.after.passkeys.empty() || scene.after.passkeys.size() > most) {
        return "I6: more than one passkey was created";
    }
    const Passkey& made = scene.after.passkeys.back();
    if (keys_.contains(made.id)) return "I6: a finished enrolment created nothing";
    const bool is_taken = std::ranges::any_of(scene.before.passkeys, [&made](const Passkey& other) {
        return other.record.id == made.record.id;
    });
    if (is_taken) return "I5: a credential that is registered was registered again";
    return std::nullopt;
}

/// A passkey, or the biometrics of a device.
Witness::Verdict Witness::see_creation(const Scene& scene) {
    Proof proof;
    if (auto verdict = take_enrolment(scene, proof)) return verdict;
    if (auto verdict = check_one_made(scene)) return verdict;
    const Passkey& made = scene.after.passkeys.back();
    const bool is_biometrics = scene.step.kind == StepKind::create_biometrics;
    const bool is_new_person = !proof.account;
    if (is_new_person) {
        if (auto verdict = begin_account(scene, proof)) return verdict;
    } else if (is_biometrics) {
        if (auto verdict = check_rested(scene, proof)) return verdict;
    }
    if (made.account != *proof.account) return "I5: a passkey was given to another account";
    if (made.record.user_handle != scene.after.find_account(made.account)->user_handle) {
        return "I5: a passkey for another user handle was registered";
    }
    keys_[made.id] = {
        .owner = *proof.account,
        .credential = made.record.id,
        .made_at = scene.before.now,
        .recovered_at = proof.recovered_at,
        .purpose = is_biometrics ? CredentialPurpose::second_factor : CredentialPurpose::passkey,
    };
    actor_ = proof;
    if (is_biometrics) {
        if (is_new_person) proof.second = SecondStep::biometrics;
        return open(scene, proof);
    }
    // What it opens ends with the passkey of the proof, or with the new one if that is all there
    // is.
    if (!proof.passkey || !is_active(scene.after, *proof.passkey)) proof.passkey = made.id;
    return open(scene, proof);
}

Witness::Verdict Witness::see_promotion(const Scene& scene) {
    Proof proof;
    if (auto verdict = take_enrolment(scene, proof)) return verdict;
    if (!proof.account) return "I6: something was promoted for nobody";
    const PasskeyId id(*scene.step.other);
    Key& key = keys_.at(id);
    if (key.owner != *proof.account) return "I5: a credential of another account was promoted";
    if (!is_active_factor(scene.before, id)) return "I5: what was promoted was no second factor";
    if (auto verdict = check_rested(scene, proof)) return verdict;
    if (!is_active(scene.after, id)) return "a promotion promoted nothing";
    key.purpose = CredentialPurpose::passkey;
    actor_ = proof;
    if (!proof.passkey || !is_active(scene.after, *proof.passkey)) proof.passkey = id;
    return open(scene, proof);
}

Witness::Verdict Witness::see_two_step(const Scene& scene) {
    if (auto verdict = take_session(scene)) return verdict;
    if (auto verdict = check_rested(scene, *actor_)) return verdict;
    const AuthenticatorApp* app = scene.after.find_app(*actor_->account);
    if (scene.step.kind == StepKind::turn_on_app) {
        if (app == nullptr) return "nothing was turned on";
        used_[app->id] = TotpStep(scene.before.now.time_since_epoch() / app_step);
        return open(scene, *actor_);
    }
    if (scene.step.kind == StepKind::turn_off_biometrics) {
        const PasskeyId device(*scene.step.other);
        if (keys_.at(device).owner != actor_->account) return "I5: another's device was turned off";
        if (!is_active_factor(scene.before, device)) return "I5: what was turned off was none";
        if (scene.after.find_passkey(device) != nullptr) return "nothing was turned off";
    } else if (app != nullptr) {
        return "nothing was turned off";
    }
    for (const Session& session : scene.after.sessions) {
        const bool is_acting = scene.decision.session && scene.decision.session->id == session.id;
        if (session.account == actor_->account && !is_acting) {
            return "I7: a session outlived the second step that was turned off";
        }
    }
    return open(scene, *actor_);
}

}  // namespace latchkey::accounts
