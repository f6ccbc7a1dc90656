// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/connection.hpp"

namespace latchkey::store::sqlite {

/// Fills the write-ahead log with zeros up to the size that it is used at, and syncs it: a commit
/// then overwrites blocks that the file system has already (0.1 ms a sync) instead of growing the
/// file (4 ms). SQLite takes zeros for the end of the log. Call after the first transaction.
Code grow_log(Connection& connection);

/// Moves what the write-ahead log holds into the database file, between two groups, so that the
/// log starts over before it outgrows what grow_log wrote.
class Checkpoints {
public:
    explicit Checkpoints(Connection& connection);

    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;
    Checkpoints(Checkpoints&&) = delete;
    Checkpoints& operator=(Checkpoints&&) = delete;
    ~Checkpoints() = default;

    /// Call after each commit, on the writer's thread. SQLITE_OK also if nothing was due.
    [[nodiscard]] Code run_if_due();

private:
    Connection& connection_;
    int frames_ = 0;   // in the log after the last commit
    int next_at_ = 0;  // frames at which the next checkpoint is due
};

}  // namespace latchkey::store::sqlite
