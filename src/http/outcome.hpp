// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "http/response.hpp"
#include "outbound/https_client.hpp"
#include "store/commit.hpp"

#include <variant>

namespace latchkey::http {

class Outcome;

/// One closed commit, and what to do with its result.
struct Save {
    store::Commit commit;
    Once<Outcome(store::CommitResult)> then;
};

/// One HTTPS request to another provider, and what to do with its reply.
struct Call {
    outbound::HttpsRequest request;
    Once<Outcome(outbound::HttpsReply)> then;
};

/// What a handler returns: the response, or a save or a call that leads to the next outcome. At
/// most eight steps; no thread waits for the disk or for a provider.
class Outcome : public std::variant<Response, Save, Call> {
public:
    using variant::variant;
};

}  // namespace latchkey::http
