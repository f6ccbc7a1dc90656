// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/types.hpp"

#include <optional>
#include <vector>

// What the witness knows of identities at another provider.
namespace latchkey::accounts {

Witness::Verdict Witness::see_upstream(const Scene& scene) {
    Proof proof{
        .at = scene.before.now,
        .upstream = subject_numbered(scene.step.subject),
    };
    if (const LinkedIdentity* identity = scene.seen.find_identity(*proof.upstream)) {
        const auto linked = identities_.find(proof.upstream->subject);
        if (linked == identities_.end() || linked->second != identity->account) {
            return "T32: an identity that was unlinked proved something";
        }
        proof.account = identity->account;
    }
    if (scene.decision.session && !proof.account) {
        return "T32: an identity that is not linked opened a session";
    }
    if (scene.decision.sign_in) proof.email = scene.decision.sign_in->email;
    return see_first_proof(scene, proof);
}

/// The session that acts, before it goes on under a new id.
Witness::Verdict Witness::take_session(const Scene& scene) {
    const auto ended = sessions_.extract(SessionId(scene.step.subject));
    if (ended.empty()) return "I7: a session that had ended changed something";
    actor_ = ended.mapped();
    if (scene.before.now >= actor_->at + session_lasts) return "I7: an expired session";
    if (scene.before.now >= actor_->at + proof_is_fresh) return "I2: changed without a fresh proof";
    return std::nullopt;
}

Witness::Verdict Witness::see_link(const Scene& scene) {
    if (auto verdict = take_session(scene)) return verdict;
    if (lasting(actor_->recovered_at, scene.before.now)) return "T32: linked under a recovery";
    const Identity who = subject_numbered(*scene.step.other);
    if (!identities_.emplace(who.subject, *actor_->account).second) {
        return "T32: an identity was linked twice";
    }
    return open(scene, *actor_);
}

Witness::Verdict Witness::see_unlink(const Scene& scene) {
    if (auto verdict = take_session(scene)) return verdict;
    if (lasting(actor_->recovered_at, scene.before.now)) return "T32: unlinked under a recovery";
    const Identity who = subject_numbered(*scene.step.other);
    const auto linked = identities_.extract(who.subject);
    if (linked.empty() || linked.mapped() != *actor_->account) {
        return "I5: an identity of another account was unlinked";
    }
    std::erase_if(sessions_, [this](const auto& row) {
        return row.second.account == actor_->account;
    });
    for (auto& [id, sign_in] : sign_ins_) {
        sign_in.is_void |= sign_in.account == actor_->account && sign_in.upstream == who;
    }
    return open(scene, *actor_);
}

/// Who is linked is who was, by a proof of the strongest kind or with the account's making (T32).
Witness::Verdict Witness::check_identities(const World& world) const {
    if (world.identities.size() != identities_.size()) return "T32: a link that nobody made or cut";
    for (const LinkedIdentity& identity : world.identities) {
        const auto linked = identities_.find(identity.who.subject);
        if (linked == identities_.end() || linked->second != identity.account) {
            return "T32: an identity is linked to another account";
        }
    }
    return std::nullopt;
}

}  // namespace latchkey::accounts
