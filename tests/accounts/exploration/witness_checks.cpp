// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <variant>
#include <vector>

// What must hold after every commit.
namespace latchkey::accounts {

/// A session or a sign-in that appeared rests on the proof, and says of it what is true.
Witness::Verdict Witness::open(const Scene& scene, const Proof& proof) {
    for (const Session& session : scene.after.sessions) {
        if (scene.before.find_session(session.id) != nullptr) continue;
        if (session.account != proof.account) return "I2: a session for another account";
        sessions_[session.id] = proof;
        if (renews_session(scene.step.kind)) continue;
        const bool is_new_account = scene.before.find_account(session.account) == nullptr;
        if (!is_new_account && !proof.passkey && !proof.second &&
            asks_more(scene.before, session.account)) {
            return "T1: a first proof alone opened a session on an account that asks for more";
        }
        const bool is_recovered = lasting(proof.recovered_at, scene.before.now).has_value();
        if (is_recovered != (session.assurance == Assurance::recovered)) {
            return "I2: the assurance of a session is not what was proved";
        }
        if (!is_recovered &&
            proof.second.has_value() != (session.assurance == Assurance::two_steps)) {
            return "I2: the assurance of a session says two steps where there was one, or not";
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
            if (session.passkey == passkey.id && !is_acting &&
                scene.after.find_session(id) != nullptr) {
                return "I7: a session outlived the passkey that opened it";
            }
        }
    }
    return std::nullopt;
}

/// I8: what changes the factors, or goes around them, is logged and told in the same commit.
Witness::Verdict Witness::check_told(const Scene& scene) const {
    const bool is_proof = scene.step.kind == StepKind::match ||
                          scene.step.kind == StepKind::prove_upstream ||
                          scene.step.kind == StepKind::take_second_step;
    const bool is_recovery = is_proof && actor_ && actor_->recovered_at.has_value();
    const bool changes_factors =
        scene.step.kind == StepKind::create_passkey ||
        scene.step.kind == StepKind::create_biometrics || scene.step.kind == StepKind::promote ||
        scene.step.kind == StepKind::confirm_app || renews_session(scene.step.kind);
    const bool is_about_recovery = scene.step.kind == StepKind::start_hold ||
                                   scene.step.kind == StepKind::stop_recovery ||
                                   scene.step.kind == StepKind::restore_passkey;
    if (!is_recovery && !changes_factors && !is_about_recovery) return std::nullopt;
    const bool is_logged = std::ranges::any_of(scene.decision.changes, [](const Change& change) {
        return std::holds_alternative<AppendEvent>(change);
    });
    if (!is_logged) return "I8: a change of factors was not logged";
    if (scene.decision.notices.empty()) return "I8: a change of factors was not told";
    return std::nullopt;
}

Witness::Verdict Witness::check_factors(const World& world, const Account& account) {
    std::uint32_t passkeys = 0;
    std::uint32_t factors = 0;
    for (const Passkey& passkey : world.passkeys) {
        if (passkey.account != account.id) continue;
        if (passkey.status == CredentialStatus::active) ++factors;
        if (is_active(world, passkey.id)) ++passkeys;
    }
    if (world.find_app(account.id) != nullptr) {
        ++factors;
    } else if (passkeys == 0 && !asks_second(world, account.id)) {
        return "I1: an account without an active passkey or a second step";
    }
    if (factors != account.factors) return "I1: the number of factors is wrong";
    return std::nullopt;
}

Witness::Verdict Witness::check_state(const World& world) const {
    if (auto verdict = check_identities(world)) return verdict;
    if (auto verdict = check_holds(world)) return verdict;
    for (const Account& account : world.accounts) {
        if (auto verdict = check_factors(world, account)) return verdict;
    }
    if (auto verdict = check_credentials(world)) return verdict;
    for (const SignIn& sign_in : world.sign_ins) {
        if (!sign_ins_.contains(sign_in.id)) return "I6: a sign-in outlived what it was used for";
    }
    for (const Session& session : world.sessions) {
        if (auto verdict = check_session(world, session)) return verdict;
    }
    return std::nullopt;
}

Witness::Verdict Witness::check_credentials(const World& world) const {
    std::set<Bytes> credentials;
    for (const Passkey& passkey : world.passkeys) {
        if (!credentials.insert(passkey.record.id.value()).second) {
            return "I5: a credential id twice";
        }
        const auto key = keys_.find(passkey.id);
        if (key == keys_.end()) return "I6: a passkey that nobody created";
        if (key->second.owner != passkey.account) return "I5: a passkey changed its owner";
        if (key->second.credential != passkey.record.id) return "I5: a passkey changed its id";
        if (key->second.purpose != passkey.purpose) return "I2: a credential changed its purpose";
    }
    return std::nullopt;
}

Witness::Verdict Witness::check_session(const World& world, const Session& session) const {
    const Account* account = world.find_account(session.account);
    if (account == nullptr) return "I7: a session without an account";
    if (session_state(session, *account, world.now) != SessionState::valid) return std::nullopt;
    const auto proof = sessions_.find(session.id);
    if (proof == sessions_.end()) {
        return "I7: a session that ended, or that nobody opened, is valid";
    }
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
    drop(holds_, [&after](AccountId id) { return after.find_account(id) != nullptr; });
    drop(frozen_, [&after](AccountId id) { return after.find_account(id) != nullptr; });
    drop(recoveries_, [&after](AccountId id) { return after.find_account(id) != nullptr; });
}

}  // namespace latchkey::accounts
