// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "http/response.hpp"
#include "store/commit.hpp"

#include <variant>

namespace latchkey::http {

class Outcome;

/// One closed commit, and what to do with its result.
struct Save {
    store::Commit commit;
    Once<Outcome(store::CommitResult)> then;
};

/// What a handler returns: the response, or a save that leads to the next outcome. At most eight
/// steps; no thread waits for the disk. (A `Call` to a provider joins when the first one is
/// needed.)
class Outcome : public std::variant<Response, Save> {
public:
    using variant::variant;
};

}  // namespace latchkey::http
