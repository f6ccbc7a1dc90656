// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/log.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace latchkey::app {

/// Tells of rows that their MACs do not vouch for: at their first sight since the start a line of
/// the log, at once, and an event of the audit log, soon after.
class RowAlarm {
public:
    explicit RowAlarm(Log& log) : log_(log) {}

    /// Thread-safe; waits for nothing but other calls. Tells of the first 10,000 rows.
    void note(const store::RefusedRow& row);

    /// Thread-safe; blocks until the events are durable. What could not be written is tried again
    /// at the next call.
    void write_events(store::Store& store, const Clock& clock, Random& random);

private:
    enum class Wrote : std::uint8_t { nothing, some };
    Wrote write_some(store::Store& store, const Clock& clock, Random& random);

    Log& log_;
    std::mutex writing_;  // held by the one call of write_events
    std::mutex mutex_;    // guards what follows
    std::set<std::pair<store::GuardedTable, std::int64_t>> seen_;
    std::vector<store::RefusedRow> unwritten_;
};

}  // namespace latchkey::app
