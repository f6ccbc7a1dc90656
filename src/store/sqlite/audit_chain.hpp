// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/audit_hasher.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <atomic>
#include <optional>
#include <utility>

namespace latchkey::store::sqlite {

/// The end of the chain of audit events. The writer adds to it in the order in which it writes, so
/// that no event waits for its place.
///
/// All but use() is the writer's thread's, or comes before there is one.
class AuditChain {
public:
    explicit AuditChain(Connection& connection) : connection_(connection) {}

    /// Thread-safe. No event is written before.
    void use(AuditHasherPtr hasher) { hasher_.store(std::move(hasher)); }

    /// Reads where the last run ended. Call once, before all else.
    [[nodiscard]] Code load();

    // ---- inside a transaction

    /// The place of one event more.
    AuditHead append(const AuditRow& row);

    /// Where the chain ends, and back to it: for savepoints.
    [[nodiscard]] const AuditHead& mark() const { return head_; }

    void undo_to(const AuditHead& mark) { head_ = mark; }

    /// Notes that the chain ends here now, for good; the head that it notes, nullopt if it was
    /// noted before, or there is none.
    Applied seal(TimePoint now, std::optional<AuditHead>& sealed);

    /// Writes where the chain ends. Call before each commit.
    Applied save();

    // ---- after it

    void committed() { committed_ = head_; }

    void rolled_back() { head_ = committed_; }

private:
    [[nodiscard]] AuditHasherPtr hasher() const;

    Connection& connection_;
    std::atomic<AuditHasherPtr> hasher_;
    AuditHead head_;       // with what the open transaction adds
    AuditHead committed_;  // as the database has it

    Statement load_{connection_, "SELECT position, hash FROM audit_head"};
    Statement save_{
        connection_,
        "INSERT INTO audit_head (only, position, hash) VALUES (1, ?1, ?2)"
        " ON CONFLICT (only) DO UPDATE SET position = excluded.position, hash = excluded.hash"
    };
    Statement seal_{
        connection_,
        "INSERT INTO audit_seals (position, at, hash, mac) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (position) DO NOTHING"
    };
};

}  // namespace latchkey::store::sqlite
