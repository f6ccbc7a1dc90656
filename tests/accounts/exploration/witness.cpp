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
            .purpose = passkey.purpose,
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
        case StepKind::create_biometrics:
            verdict = see_creation(scene);
            break;
        case StepKind::promote:
            verdict = see_promotion(scene);
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
        case StepKind::turn_off_biometrics:
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
    } else if (scene.step.by == SecondStep::biometrics) {
        const PasskeyId device(*scene.step.other);
        if (!is_active_factor(scene.before, device)) return "I2: a second step by no second factor";
        if (keys_.at(device).owner != *proof.account) {
            return "I2: a second step by another's device";
        }
        proof.device = device;
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

/// A new person secures the account with an app.
Witness::Verdict Witness::see_app(const Scene& scene) {
    const auto finished = sign_ins_.extract(SignInId(scene.step.subject));
    if (finished.empty()) return "I6: an app was added without a proof, or by one used before";
    Proof proof = finished.mapped();
    if (scene.before.now >= proof.at + sign_in_lasts) return "I6: the proof was too old";
    if (proof.account) return "I6: a sign-in added an app to an account that was there";
    if (auto verdict = begin_account(scene, proof)) return verdict;
    proof.second = SecondStep::authenticator_app;
    used_[scene.after.find_app(*proof.account)->id] =
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
