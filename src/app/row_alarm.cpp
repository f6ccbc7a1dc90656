// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/row_alarm.hpp"

#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "app/config.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/commit.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <future>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::size_t rows_at_most = 10'000;
constexpr std::size_t events_a_commit = 100;

store::Change event_of(const store::RefusedRow& row, store::Store& store, TimePoint now) {
    return accounts::AppendEvent{{
        .id = accounts::EventId(store.next_id()),
        .at = now,
        .kind = accounts::EventKind::row_refused,
        .account = row.account,
        .network = {},
        .browser = {},
        .detail = fmt::format("{} {}", store::name_of(row.table), row.row),
    }};
}

}  // namespace

void RowAlarm::note(const store::RefusedRow& row) {
    {
        const std::lock_guard lock(mutex_);
        if (seen_.size() == rows_at_most || !seen_.emplace(row.table, row.row).second) return;
        unwritten_.push_back(row);
    }
    log_.write(
        LogLevel::error,
        "row_refused",
        {{"table", store::name_of(row.table)}, {"row", row.row}, {"account", row.account.value()}}
    );
}

void RowAlarm::write_events(store::Store& store, const Clock& clock, Random& random) {
    const std::lock_guard one_call(writing_);
    try {
        while (write_some(store, clock, random) == Wrote::some) {
        }
    } catch (const store::ReadFailed& failed) {
        log_.write(LogLevel::error, "job_failed", {{"job", "row_alarm"}, {"code", failed.code}});
    }
}

RowAlarm::Wrote RowAlarm::write_some(store::Store& store, const Clock& clock, Random& random) {
    std::vector<store::RefusedRow> rows;
    {
        const std::lock_guard lock(mutex_);
        const std::size_t count = std::min(unwritten_.size(), events_a_commit);
        rows.assign(unwritten_.begin(), unwritten_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (rows.empty()) return Wrote::nothing;
    store::Commit commit{.operation = random.bytes<16>(), .changes = {}};
    for (const store::RefusedRow& row : rows) {
        commit.changes.push_back(event_of(row, store, clock.now()));
    }
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    store.commit(std::move(commit), [&promise](store::CommitResult made) {
        promise.set_value(std::move(made));
    });
    if (!std::holds_alternative<store::Committed>(result.get())) {
        log_.write(LogLevel::error, "job_failed", {{"job", "row_alarm"}});
        return Wrote::nothing;
    }
    // note() only adds at the end.
    const std::lock_guard lock(mutex_);
    unwritten_.erase(
        unwritten_.begin(), unwritten_.begin() + static_cast<std::ptrdiff_t>(rows.size())
    );
    return Wrote::some;
}

}  // namespace latchkey::app
