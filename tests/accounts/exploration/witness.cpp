// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/witness.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::accounts {

Witness::Witness(const World& world, std::uint32_t guesses_at_most)
    : guesses_at_most_(guesses_at_most) {
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
        case StepKind::assert_passkey:
            verdict = see_assertion(scene);
            break;
        case StepKind::prove_upstream:
            verdict = see_upstream(scene);
            break;
        case StepKind::link_identity:
            verdict = see_link(scene);
            break;
        case StepKind::unlink_identity:
            verdict = see_unlink(scene);
            break;
        case StepKind::create_passkey:
            verdict = see_creation(scene);
            break;
        case StepKind::remove_passkey:
            verdict = see_removal(scene);
            break;
        default:
            see_end(scene);
            break;
    }
    if (!verdict) verdict = check_lost_passkeys(scene);
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
    const Account* account = scene.seen.find_account(code.email);
    Proof proof{.email = code.email, .at = scene.before.now};
    if (account != nullptr) {
        proof.account = account->id;
        if (has_credentials(scene.seen, account->id)) {
            proof.recovered_at = scene.before.now;
            recoveries_[account->id] = scene.before.now;
        }
    }
    if (scene.decision.session && !proof.recovered_at) {
        return "I2: an e-mail code alone opened a session on an account without a passkey";
    }
    actor_ = proof;
    return open(scene, proof);
}

Witness::Verdict Witness::see_assertion(const Scene& scene) {
    const PasskeyId id(scene.step.subject);
    if (!is_active(scene.before, id)) return "I2: a passkey that is not active proved something";
    const Key& key = keys_.at(id);
    actor_ = Proof{
        .account = key.owner,
        .email = scene.before.find_account(key.owner)->email,
        .at = scene.before.now,
        .passkey = id,
        .recovered_at = lasting(key.recovered_at, scene.before.now),
    };
    return open(scene, *actor_);
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
    const bool is_new_person = !proof.account;
    if (is_new_person) {
        if (scene.before.find_account(proof.email) != nullptr)
            return "I6: the address has an account";
        proof.account = made.account;
        proof.at = scene.before.now;
        if (scene.after.find_account(made.account)->email != proof.email) {
            return "I6: the account has another address than the one that was proved";
        }
        if (proof.upstream) identities_[proof.upstream->subject] = made.account;
    } else if (!proof.passkey && !proof.recovered_at &&
               has_credentials(scene.before, *proof.account)) {
        return "I6: an e-mail proof added to an account with a passkey, without a recovery";
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
    for (auto& [id, sign_in] : sign_ins_)
        sign_in.is_void |= is_of(sign_in.account);
    for (auto& [id, code] : codes_) {
        if (code.email != email) continue;
        // Without the account, a code that was sent before there was one is a stranger's again.
        code.is_void = !is_delete || code.account.has_value();
    }
}

/// A session or a sign-in that appeared rests on the proof, and says of it what is true.
Witness::Verdict Witness::open(const Scene& scene, const Proof& proof) {
    for (const Session& session : scene.after.sessions) {
        if (scene.before.find_session(session.id) != nullptr) continue;
        if (session.account != proof.account) return "I2: a session for another account";
        sessions_[session.id] = proof;
        if (renews_session(scene.step.kind)) continue;
        const bool is_recovered = lasting(proof.recovered_at, scene.before.now).has_value();
        if (is_recovered != (session.assurance == Assurance::recovered)) {
            return "I2: the assurance of a session is not what was proved";
        }
        const bool is_to_tell = is_recovered || is_marked(session.account, scene.before.now);
        // One that was decided before the recovery cannot tell of it.
        const bool is_overtaken = &scene.seen != &scene.before;
        if (is_to_tell != session.recovered_at.has_value() && !is_overtaken) {
            return "I2: a session does not tell of the recovery, or of one that was not";
        }
    }
    for (const SignIn& sign_in : scene.after.sign_ins) {
        if (scene.before.find_sign_in(sign_in.id) != nullptr) continue;
        sign_ins_[sign_in.id] = proof;
        if (sign_in.account != proof.account) return "I2: a sign-in for another account";
    }
    return std::nullopt;
}

bool Witness::may_remove_for_good(const Proof& actor, const World& before) const {
    if (lasting(actor.recovered_at, before.now) || !actor.passkey) return false;
    if (!is_active(before, *actor.passkey)) return false;
    return before.now >= keys_.at(*actor.passkey).made_at + youth_lasts;
}

/// A passkey that is no longer active takes along what it opened; it is gone for good only by
/// somebody who may do that (T5).
Witness::Verdict Witness::check_lost_passkeys(const Scene& scene) {
    for (const Passkey& passkey : scene.before.passkeys) {
        if (!is_active(scene.before, passkey.id) || is_active(scene.after, passkey.id)) continue;
        const bool is_deleted = scene.after.find_account(passkey.account) == nullptr;
        if (!is_deleted && !actor_) return "I6: a passkey went away without a proof";
        const bool is_gone = scene.after.find_passkey(passkey.id) == nullptr;
        if (is_gone && !is_deleted && !may_remove_for_good(*actor_, scene.before)) {
            return "T5: a young or recovered proof removed a passkey for good";
        }
        for (const auto& [id, session] : sessions_) {
            const bool is_acting = scene.decision.session && scene.decision.session->id == id;
            if (session.passkey == passkey.id && !is_acting && scene.after.find_session(id)) {
                return "I7: a session outlived the passkey that opened it";
            }
        }
    }
    return std::nullopt;
}

/// I8: what changes the factors, or goes around them, is logged and told in the same commit.
Witness::Verdict Witness::check_told(const Scene& scene) const {
    const bool is_first_proof =
        scene.step.kind == StepKind::match || scene.step.kind == StepKind::prove_upstream;
    const bool is_recovery = is_first_proof && actor_ && actor_->recovered_at.has_value();
    const bool changes_factors =
        scene.step.kind == StepKind::create_passkey || renews_session(scene.step.kind);
    if (!is_recovery && !changes_factors) return std::nullopt;
    const bool is_logged = std::ranges::any_of(scene.decision.changes, [](const Change& change) {
        return std::holds_alternative<AppendEvent>(change);
    });
    if (!is_logged) return "I8: a change of factors was not logged";
    if (scene.decision.notices.empty()) return "I8: a change of factors was not told";
    return std::nullopt;
}

Witness::Verdict Witness::check_state(const World& world) const {
    if (auto verdict = check_identities(world)) return verdict;
    for (const Account& account : world.accounts) {
        std::uint32_t passkeys = 0;
        std::uint32_t factors = 0;
        for (const Passkey& passkey : world.passkeys) {
            if (passkey.account != account.id) continue;
            if (passkey.status == CredentialStatus::active) ++factors;
            if (is_active(world, passkey.id)) ++passkeys;
        }
        if (passkeys == 0) return "I1: an account without an active passkey";
        if (factors != account.factors) return "I1: the number of factors is wrong";
    }
    std::set<Bytes> credentials;
    for (const Passkey& passkey : world.passkeys) {
        if (!credentials.insert(passkey.record.id.value()).second)
            return "I5: a credential id twice";
        const auto key = keys_.find(passkey.id);
        if (key == keys_.end()) return "I6: a passkey that nobody created";
        if (key->second.owner != passkey.account) return "I5: a passkey changed its owner";
        if (key->second.credential != passkey.record.id) return "I5: a passkey changed its id";
    }
    for (const SignIn& sign_in : world.sign_ins) {
        if (!sign_ins_.contains(sign_in.id)) return "I6: a sign-in outlived what it was used for";
    }
    for (const Session& session : world.sessions) {
        if (auto verdict = check_session(world, session)) return verdict;
    }
    return std::nullopt;
}

Witness::Verdict Witness::check_session(const World& world, const Session& session) const {
    const Account* account = world.find_account(session.account);
    if (account == nullptr) return "I7: a session without an account";
    if (session_state(session, *account, world.now) != SessionState::valid) return std::nullopt;
    const auto proof = sessions_.find(session.id);
    if (proof == sessions_.end())
        return "I7: a session that ended, or that nobody opened, is valid";
    if (world.now >= proof->second.at + session_lasts) return "I7: a session lives too long";
    return std::nullopt;
}

/// What is no longer stored cannot come back: ids are not given twice.
void Witness::forget(const World& after) {
    const auto drop = [](auto& rows, const auto& is_stored) {
        std::erase_if(rows, [&is_stored](const auto& row) { return !is_stored(row.first); });
    };
    drop(sessions_, [&after](SessionId id) { return after.find_session(id) != nullptr; });
    drop(sign_ins_, [&after](SignInId id) { return after.find_sign_in(id) != nullptr; });
    drop(codes_, [&after](CodeId id) { return after.find_code(id) != nullptr; });
    drop(keys_, [&after](PasskeyId id) { return after.find_passkey(id) != nullptr; });
    std::erase_if(identities_, [&after](const auto& row) {
        return after.find_account(row.second) == nullptr;
    });
    drop(recoveries_, [&after](AccountId id) { return after.find_account(id) != nullptr; });
}

}  // namespace latchkey::accounts
