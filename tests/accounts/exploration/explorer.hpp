// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace latchkey::accounts {

/// What an exploration came to.
struct Explored {
    std::size_t states = 0;       // distinct, of world and witness together
    std::size_t transitions = 0;  // steps that were committed, overtaken ones included
    std::size_t refusals = 0;     // steps that the core, or a precondition, refused
    bool is_complete = false;     // every step of every state was taken
    std::set<EventKind> logged;   // what happened on the way
    std::string violation;        // the invariant that broke and the steps that led there
};

/// Whether commits may overtake each other: each step is also decided, then another one is
/// committed, then the first.
enum class Overtaking : std::uint8_t { none, all_pairs };

/// Breadth first, until no step leads to a new state, something breaks, or `states_at_most` are
/// reached.
Explored explore(
    const Core& core, const Bounds& bounds, Overtaking overtaking, std::size_t states_at_most
);

/// All that decisions and invariants can tell apart in a state, without names and exact times.
std::string key_of(const World& world, const Witness& witness);

}  // namespace latchkey::accounts
