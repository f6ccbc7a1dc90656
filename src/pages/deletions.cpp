// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/deletions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <future>
#include <utility>
#include <variant>

namespace latchkey::pages {
namespace {

constexpr std::size_t accounts_a_call = 100;

}  // namespace

std::size_t delete_due_accounts(store::Store& store, const Clock& clock, Random& random) {
    std::size_t deleted = 0;
    const accounts::Circumstances at{.now = clock.now(), .network = "", .browser = ""};
    for (const accounts::Account& account : store.list_deletions(at.now, accounts_a_call)) {
        accounts::Fresh fresh;
        fresh.events.front() = accounts::EventId(store.next_id());
        accounts::Decision decision = accounts::finish_deletion(account, at, fresh);
        std::promise<store::CommitResult> promise;
        auto result = promise.get_future();
        store.commit(
            {.operation = random.bytes<16>(), .changes = std::move(decision.changes)},
            [&promise](store::CommitResult outcome) { promise.set_value(std::move(outcome)); }
        );
        if (std::holds_alternative<store::Committed>(result.get())) ++deleted;
    }
    return deleted;
}

}  // namespace latchkey::pages
