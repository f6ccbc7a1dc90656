// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/witness_rules.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"

#include <optional>

// What the witness knows of waits: of who cannot do the second step.
namespace latchkey::accounts {

Witness::Verdict Witness::see_hold(const Scene& scene) {
    const auto used = sign_ins_.extract(SignInId(scene.step.subject));
    if (recovery_ == Recovery::strict) return "4.3: a wait began that the operator has not";
    if (used.empty()) return "I3: a wait began without a first proof, or by one used before";
    Proof proof = used.mapped();
    if (proof.is_void) return "I7: a first proof that was taken back began a wait";
    if (scene.before.now >= proof.at + sign_in_lasts) return "I7: the first proof was too old";
    if (!proof.account || proof.passkey || proof.second) return "4.3: a wait out of place";
    const auto known = holds_.find(*proof.account);
    if (known != holds_.end() && scene.before.now < known->second + hold_lasts + hold_opens) {
        return "4.3: a wait began while there was one";
    }
    holds_[*proof.account] = scene.before.now;
    proof.at = scene.before.now;
    actor_ = proof;
    return open(scene, proof);
}

/// A wait opens the account only if nobody who has a passkey or the app was there since, and by a
/// first proof that came after it.
Witness::Verdict Witness::see_waited(const Scene& scene, const Proof& proof) {
    if (recovery_ == Recovery::strict) return "4.3: a wait let in that the operator has not";
    const auto hold = holds_.find(*proof.account);
    if (hold == holds_.end()) return "4.3: a wait that nobody began, or that was ended, let in";
    const TimePoint over = hold->second + hold_lasts;
    if (scene.before.now < over) return "4.3: a wait let in before its end";
    if (scene.before.now >= over + hold_opens) return "4.3: a wait let in long after its end";
    if (proof.at < over) return "4.3: a wait let in by a proof from before its end";
    return std::nullopt;
}

Witness::Verdict Witness::check_holds(const World& world) const {
    if (world.holds.size() != holds_.size()) return "4.3: a wait outlived what ends it";
    return std::nullopt;
}

}  // namespace latchkey::accounts
