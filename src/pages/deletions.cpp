// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/deletions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/policy.hpp"
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

constexpr std::size_t rows_a_call = 100;

accounts::Circumstances now_by(const Clock& clock) {
    return {.now = clock.now(), .network = "", .browser = ""};
}

accounts::Fresh fresh_of(store::Store& store) {
    accounts::Fresh fresh;
    fresh.events.front() = accounts::EventId(store.next_id());
    return fresh;
}

bool is_committed(store::Store& store, Random& random, accounts::Decision decision) {
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    store.commit(
        {.operation = random.bytes<16>(), .changes = std::move(decision.changes)},
        [&promise](store::CommitResult outcome) { promise.set_value(std::move(outcome)); }
    );
    return std::holds_alternative<store::Committed>(result.get());
}

}  // namespace

std::size_t delete_due_accounts(store::Store& store, const Clock& clock, Random& random) {
    const accounts::Circumstances at = now_by(clock);
    std::size_t deleted = 0;
    for (const accounts::Account& account : store.list_deletions(at.now, rows_a_call)) {
        auto decision = accounts::finish_deletion(account, at, fresh_of(store));
        if (is_committed(store, random, std::move(decision))) ++deleted;
    }
    return deleted;
}

std::size_t delete_lapsed_passkeys(store::Store& store, const Clock& clock, Random& random) {
    const accounts::Circumstances at = now_by(clock);
    const TimePoint until = at.now - accounts::limits::suspension;
    std::size_t deleted = 0;
    for (const accounts::Passkey& passkey : store.list_suspended(until, rows_a_call)) {
        auto decision = accounts::delete_suspended(passkey, at, fresh_of(store));
        if (is_committed(store, random, std::move(decision))) ++deleted;
    }
    return deleted;
}

}  // namespace latchkey::pages
