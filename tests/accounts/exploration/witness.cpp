// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/witness.hpp"

#include "accounts/email_address.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::accounts {

Witness::Witness(const World& world, const Bounds& bounds)
    : guesses_at_most_(bounds.guesses), recovery_(bounds.recovery) {
    for (const Passkey& passkey : world.passkeys) {
        keys_[passkey.id] = {
            .owner = passkey.account,
            .credential = passkey.record.id,
            .made_at = passkey.created_at,
            .recovered_at = std::nullopt,
        };
    }
}

bool Witness::is_marked(AccountId account, TimePoint now) const {
    const auto found = recoveries_.find(account);
    return found != recoveries_.end() && lasting(found->second, now).has_value();
}

std::optional<std::string> Witness::see(const Scene& scene) {
    actor_ = std::nullopt;
    Verdict verdict;
    switch (scene.step.kind) {
        case StepKind::send_code:
            see_code(scene.after.codes.back());
            break;
        case StepKind::guess_right:
        case StepKind::guess_wrong:
            verdict = see_guess(scene);
            break;
        case StepKind::match:
            verdict = see_match(scene);
            break;
        case StepKind::prove_upstream:
            verdict = see_upstream(scene);
            break;
        case StepKind::take_second_step:
            verdict = see_second_step(scene);
            break;
        case StepKind::start_hold:
            verdict = see_hold(scene);
            break;
        case StepKind::stop_recovery:
            see_stop(scene);
            break;
        case StepKind::restore_passkey:
            verdict = see_restoring(scene);
            break;
        case StepKind::assert_passkey:
            verdict = see_assertion(scene);
            break;
        case StepKind::create_passkey:
            verdict = see_creation(scene);
            break;
        case StepKind::confirm_app:
            verdict = see_app(scene);
            break;
        case StepKind::remove_passkey:
            verdict = see_removal(scene);
            break;
        case StepKind::link_identity:
            verdict = see_link(scene);
            break;
        case StepKind::unlink_identity:
            verdict = see_unlink(scene);
            break;
        case StepKind::turn_on_app:
        case StepKind::turn_off_app:
            verdict = see_two_step(scene);
            break;
        default:
            see_end(scene);
            break;
    }
    if (!verdict) verdict = check_lost_passkeys(scene);
    if (!verdict) verdict = check_frozen(scene);
    if (!verdict) verdict = check_told(scene);
    forget(scene.after);
    if (!verdict) verdict = check_state(scene.after);
    return verdict;
}

std::optional<std::string> Witness::see_time(const World& after) {
    Verdict verdict = check_state(after);
    forget(after);
    return verdict;
}

void Witness::see_code(const EmailCode& code) {
    codes_[code.id] = {.email = address_of(code), .account = code.account};
}

Witness::Verdict Witness::see_guess(const Scene& scene) {
    Code& code = codes_.at(CodeId(scene.step.subject));
    if (code.is_won) return "I3: a code was spent twice";
    if (++code.guesses > guesses_at_most_) return "I4: more guesses were compared than the cap";
    code.is_won = scene.step.kind == StepKind::guess_right;
    return std::nullopt;
}

Witness::Verdict Witness::see_match(const Scene& scene) {
    const auto used = codes_.extract(CodeId(scene.step.subject));
    if (used.empty()) return "I3: a code was used twice";
    const Code& code = used.mapped();
    if (!code.is_won) return "I3: a code was used that nobody guessed";
    if (code.is_void) return "I7: a code from before 'sign out everywhere' was used";
    Proof proof{.email = code.email, .at = scene.before.now};
    if (const Account* account = scene.seen.find_account(code.email)) proof.account = account->id;
    return see_first_proof(scene, proof);
}

/// Whether a first proof that was no passkey is not enough: for the account, or for the operator.
bool Witness::asks_more(const World& world, AccountId account) const {
    return asks_second(world, account) ||
           (recovery_ != Recovery::notify && has_credentials(world, account));
}

/// What is no passkey goes around one, if the account has any and asks for nothing more. What is to
/// restore one goes nowhere until it was used.
Witness::Verdict Witness::see_first_proof(const Scene& scene, Proof proof) {
    const bool is_to_restore = scene.step.intent == Intent::restore;
    const bool is_half = proof.account && (is_to_restore || asks_more(scene.seen, *proof.account));
    if (scene.decision.session && is_half) {
        return "T1: a first proof alone opened a session on an account that asks for more";
    }
    if (proof.account && !is_half && has_credentials(scene.seen, *proof.account)) {
        proof.recovered_at = scene.before.now;
        recoveries_[*proof.account] = scene.before.now;
    }
    if (scene.decision.session && !proof.recovered_at) {
        return "I2: a first proof alone opened a session on an account without a passkey";
    }
    actor_ = proof;
    return open(scene, proof);
}

Witness::Verdict Witness::see_second_step(const Scene& scene) {
    const auto finished = sign_ins_.extract(SignInId(scene.step.subject));
    if (finished.empty()) return "I3: a second step without a first one, or after one used before";
    Proof proof = finished.mapped();
    if (proof.is_void) return "I7: a first proof that was taken back went on";
    if (scene.before.now >= proof.at + sign_in_lasts) return "I7: the first proof was too old";
    if (!proof.account || proof.passkey || proof.second) return "I2: a second step out of place";
    const AuthenticatorApp* app = scene.before.find_app(*proof.account);
    if (scene.step.by == SecondStep::recovery_code) {
        const auto left = scene.before.steps_of(*proof.account).recovery_codes;
        if (scene.after.steps_of(*proof.account).recovery_codes + 1 != left) {
            return "I3: a recovery code was used that is not gone then";
        }
        proof.recovered_at = scene.before.now;
        recoveries_[*proof.account] = scene.before.now;
    } else if (scene.step.by == SecondStep::waited) {
        if (auto verdict = see_waited(scene, proof)) return verdict;
        proof.recovered_at = scene.before.now;
        recoveries_[*proof.account] = scene.before.now;
    } else {
        if (app == nullptr) return "I2: a second step by an app that is not there";
        const TotpStep step(scene.before.now.time_since_epoch() / app_step);
        const auto used = used_.find(app->id);
        if (used != used_.end() && used->second >= step) return "I3: a code of an app worked twice";
        used_[app->id] = step;
    }
    holds_.erase(*proof.account);
    proof.second = scene.step.by;
    proof.at = scene.before.now;
    actor_ = proof;
    return open(scene, proof);
}

Witness::Verdict Witness::see_assertion(const Scene& scene) {
    const PasskeyId id(scene.step.subject);
    if (!is_active(scene.before, id)) return "I2: a passkey that is not active proved something";
    const Key& key = keys_.at(id);
    holds_.erase(key.owner);
    actor_ = Proof{
        .account = key.owner,
        .email = scene.before.find_account(key.owner)->email,
        .at = scene.before.now,
        .passkey = id,
        .recovered_at = lasting(key.recovered_at, scene.before.now),
    };
    return open(scene, *actor_);
}

Witness::Verdict Witness::check_one_made(const Scene& scene) const {
    if (scene.after.passkeys.empty() ||
        scene.after.passkeys.size() > scene.before.passkeys.size() + 1) {
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

Witness::Verdict Witness::see_creation(const Scene& scene) {
    const auto finished = sign_ins_.extract(SignInId(scene.step.subject));
    if (finished.empty()) return "I6: a passkey was created without a proof, or by one used before";
    Proof proof = finished.mapped();
    if (proof.is_void) return "I6: a passkey was created by a proof that was taken back";
    if (scene.before.now >= proof.at + sign_in_lasts) return "I6: the proof was too old";
    if (proof.passkey && !is_active(scene.before, *proof.passkey)) {
        return "I6: the passkey that was the proof is no longer active";
    }
    if (auto verdict = check_one_made(scene)) return verdict;
    const Passkey& made = scene.after.passkeys.back();
    const bool is_new_person = !proof.account;
    if (is_new_person) {
        if (scene.before.find_account(proof.email) != nullptr) {
            return "I6: the address has an account";
        }
        proof.account = made.account;
        proof.at = scene.before.now;
        if (scene.after.find_account(made.account)->email != proof.email) {
            return "I6: the account has another address than the one that was proved";
        }
        if (proof.upstream) identities_[proof.upstream->subject] = made.account;
    } else if (!proof.passkey && !proof.second && asks_more(scene.before, *proof.account)) {
        return "T1: a first proof alone added to an account that asks for more";
    } else if (!proof.passkey && !proof.recovered_at && !proof.second &&
               has_credentials(scene.before, *proof.account)) {
        return "I6: an e-mail proof added to an account with a passkey, without a recovery";
    } else if (proof.second == SecondStep::authenticator_app &&
               scene.before.find_app(*proof.account) == nullptr) {
        return "I6: the app that was the proof is no longer there";
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
    };
    actor_ = proof;
    // What it opens ends with the passkey of the proof, or with the new one if that is all there
    // is.
    if (!proof.passkey || !is_active(scene.after, *proof.passkey)) proof.passkey = made.id;
    return open(scene, proof);
}

/// A new person secures the account with an app.
Witness::Verdict Witness::see_app(const Scene& scene) {
    const auto finished = sign_ins_.extract(SignInId(scene.step.subject));
    if (finished.empty()) return "I6: an app was added without a proof, or by one used before";
    Proof proof = finished.mapped();
    if (scene.before.now >= proof.at + sign_in_lasts) return "I6: the proof was too old";
    if (proof.account || scene.before.find_account(proof.email) != nullptr) {
        return "I6: a sign-in added an app to an account that was there";
    }
    const Account* account = scene.after.find_account(proof.email);
    if (account == nullptr) return "I6: another address than the one that was proved";
    proof.account = account->id;
    proof.at = scene.before.now;
    proof.second = SecondStep::authenticator_app;
    if (proof.upstream) identities_[proof.upstream->subject] = account->id;
    used_[scene.after.find_app(account->id)->id] =
        TotpStep(scene.before.now.time_since_epoch() / app_step);
    actor_ = proof;
    return open(scene, proof);
}

Witness::Verdict Witness::see_removal(const Scene& scene) {
    if (auto verdict = take_session(scene)) return verdict;
    if (keys_.at(PasskeyId(*scene.step.other)).owner != actor_->account) {
        return "I5: a passkey of another account was removed";
    }
    if (is_active(scene.after, PasskeyId(*scene.step.other))) return "a removal removed nothing";
    return open(scene, *actor_);
}

Witness::Verdict Witness::see_two_step(const Scene& scene) {
    if (auto verdict = take_session(scene)) return verdict;
    const auto recovery = recoveries_.find(*actor_->account);
    const bool is_overtaken = &scene.seen != &scene.before;
    if (lasting(actor_->recovered_at, scene.before.now) ||
        (recovery != recoveries_.end() && scene.before.now < recovery->second + freeze_lasts &&
         !is_overtaken)) {
        return "4.3: two-step sign-in was changed after a recovery";
    }
    const AuthenticatorApp* app = scene.after.find_app(*actor_->account);
    if (scene.step.kind == StepKind::turn_on_app) {
        if (app == nullptr) return "nothing was turned on";
        used_[app->id] = TotpStep(scene.before.now.time_since_epoch() / app_step);
        return open(scene, *actor_);
    }
    if (app != nullptr) return "nothing was turned off";
    for (const Session& session : scene.after.sessions) {
        const bool is_acting = scene.decision.session && scene.decision.session->id == session.id;
        if (session.account == actor_->account && !is_acting) {
            return "I7: a session outlived the second step that was turned off";
        }
    }
    return open(scene, *actor_);
}

void Witness::see_end(const Scene& scene) {
    const auto is_of = [&scene](const std::optional<AccountId>& account) {
        return account && account->value() == scene.step.subject;
    };
    if (scene.step.kind == StepKind::sign_out) sessions_.erase(SessionId(scene.step.subject));
    if (scene.step.kind == StepKind::start_over) sign_ins_.erase(SignInId(scene.step.subject));
    const bool is_delete = scene.step.kind == StepKind::delete_account;
    if (!is_delete && scene.step.kind != StepKind::sign_out_everywhere) return;
    const EmailAddress email = scene.before.find_account(AccountId(scene.step.subject))->email;
    std::erase_if(sessions_, [&is_of](const auto& row) { return is_of(row.second.account); });
    holds_.erase(AccountId(scene.step.subject));
    for (auto& [id, sign_in] : sign_ins_) {
        sign_in.is_void |= is_of(sign_in.account);
    }
    for (auto& [id, code] : codes_) {
        if (code.email != email) continue;
        // Without the account, a code that was sent before there was one is a stranger's again.
        code.is_void = !is_delete || code.account.has_value();
    }
}

}  // namespace latchkey::accounts
