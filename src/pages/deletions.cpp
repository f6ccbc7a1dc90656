// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/deletions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "pages/language.hpp"
#include "pages/render.hpp"
#include "pages/saves.hpp"
#include "pages/site.hpp"
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

bool is_committed(const Services& services, accounts::Decision decision) {
    const Edition& otherwise = services.renderer.in(Language::en);
    add_notices(services, otherwise, decision.changes, decision.notices);
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    services.store.commit(
        {.operation = services.random.bytes<16>(), .changes = std::move(decision.changes)},
        [&promise](store::CommitResult outcome) { promise.set_value(std::move(outcome)); }
    );
    if (!std::holds_alternative<store::Committed>(result.get())) return false;
    if (!decision.notices.empty()) services.mail_queued();
    return true;
}

}  // namespace

std::size_t delete_due_accounts(const Services& services) {
    const accounts::Circumstances at = now_by(services.clock);
    std::size_t deleted = 0;
    for (const accounts::Account& account : services.store.list_deletions(at.now, rows_a_call)) {
        auto decision = accounts::finish_deletion(account, at, fresh_of(services.store));
        if (is_committed(services, std::move(decision))) ++deleted;
    }
    return deleted;
}

std::size_t delete_lapsed_passkeys(const Services& services) {
    const accounts::Circumstances at = now_by(services.clock);
    const TimePoint until = at.now - accounts::limits::suspension;
    std::size_t deleted = 0;
    for (const accounts::Passkey& passkey : services.store.list_suspended(until, rows_a_call)) {
        auto decision = accounts::delete_suspended(passkey, at, fresh_of(services.store));
        if (is_committed(services, std::move(decision))) ++deleted;
    }
    return deleted;
}

}  // namespace latchkey::pages
