// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "store/audit_hasher.hpp"
#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace latchkey::store {

/// One thing that is wrong with the chain of audit events.
struct AuditFault {
    enum class Kind : std::uint8_t {
        edited,     // event `event`, at `at`, is not as it was written
        deleted,    // `count` events are missing after `event`, before `next`
        inserted,   // event `event` was not written by Latchkey
        truncated,  // the events after `event` are missing, `count` at least
        seal,       // the seal at `position` is not one of Latchkey's, or not of this chain
    };

    Kind kind = Kind::edited;
    std::int64_t position = 0;  // where in the chain; 0: nowhere
    std::int64_t count = 0;
    std::optional<std::int64_t> event;  // its row; nullopt: the beginning
    std::optional<std::int64_t> next;
    std::optional<TimePoint> at;  // of `event`

    bool operator==(const AuditFault&) const = default;
};

struct AuditChecked {
    std::int64_t events = 0;         // that hang together
    std::int64_t seals = 0;          // that hold
    AuditHead head;                  // where the chain ends
    std::vector<AuditFault> faults;  // at most 100
};

namespace sqlite {

/// Goes along the whole chain, in the snapshot that is open. Throws ReadFailed.
AuditChecked check_audit(Connection& connection, const AuditHasher& hasher);

}  // namespace sqlite

}  // namespace latchkey::store
