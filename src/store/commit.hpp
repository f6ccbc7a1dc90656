// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace latchkey::store {

/// Every change that can be written: the closed list over all pure folders.
using Change = accounts::Change;

/// 128 random bits by which a commit whose outcome was lost can be looked up.
using OperationId = std::array<std::byte, 16>;

/// Changes that are made all or none, in order. Closed: no code of others runs inside.
struct Commit {
    OperationId operation{};
    std::vector<Change> changes;
};

/// The answer to one accounts::SpendAttempt, in the order in which they stand in the commit.
struct Spent {
    bool right = false;
    std::uint32_t attempts = 0;  // this one included
};

struct Committed {
    std::vector<Spent> spent;
};

/// The precondition of changes[change] did not hold. Nothing was written.
struct Refused {
    std::size_t change = 0;
};

/// Whether it was written is not known, or it was not: show a failure; trying again is safe.
struct Unknown {};

using CommitResult = std::variant<Committed, Refused, Unknown>;

}  // namespace latchkey::store
