// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/once.hpp"
#include "store/commit.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/checkpoints.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/jobs.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/read_cache.hpp"
#include "store/sqlite/row_guard.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace latchkey::store::sqlite {

/// What one entry of the queue asks for.
using Work = std::variant<
    Commit,
    FinishMail,
    DelayMail,
    DeleteExpired,
    SaveSetting,
    ReserveIds,
    AdoptRows,
    SealAudit,
    RenewRows>;

struct WriterOptions {
    const Clock* clock = nullptr;
    std::size_t queue_limit = 4'096;
    std::size_t group_limit = 64;
    std::chrono::microseconds longest_pause{2'000};
    /// Called with words for the log when the disk failed in a way after which nothing that is
    /// in memory can be trusted. Must not return, except in tests: then every later work is
    /// Unknown.
    std::function<void(const std::string&)> on_fatal;
};

/// The one thread that writes. Work that waits is written as a group: one transaction, one sync of
/// the disk for all. Nothing is answered before it is durable.
class Writer {
public:
    /// From now on only the writer's thread uses the connection, and what of the parts is its.
    Writer(const WriterParts& parts, WriterOptions options);

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    Writer(Writer&&) = delete;
    Writer& operator=(Writer&&) = delete;

    /// Writes what was queued, then stops.
    ~Writer();

    /// Thread-safe. `done` is called once: on the writer's thread, or at once with Unknown on the
    /// calling one if the queue is full.
    void queue(Work work, Once<void(CommitResult)> done);

    /// Queues and waits for the answer. Thread-safe; not for the writer's own thread.
    CommitResult write(Work work);

    /// Whether the last group was written and nothing fatal happened. Thread-safe.
    [[nodiscard]] bool is_well() const;

private:
    struct Job {
        Work work;
        Once<void(CommitResult)> done;
    };

    /// How the work of a group shares its transaction.
    enum class Sharing : std::uint8_t {
        plain,       // for a group of which nothing has to be undone alone: nearly every one
        savepoints,  // each piece of work in its own: costs a copy of every page that it changes
    };

    enum class GroupOutcome : std::uint8_t {
        committed,
        failed,
        needs_savepoints,  // one was refused after it had written: all again, with savepoints
    };

    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    bool take_group();
    void note_load(std::size_t commits);
    void write_group();
    void set_last_group_failed(GroupOutcome outcome);
    GroupOutcome write_all(Sharing sharing, std::vector<CommitResult>& results);
    GroupOutcome write_one(Sharing sharing, Work& work, CommitResult& result);
    GroupOutcome undo_one(Sharing sharing, std::int64_t changes_before);
    Applied apply(Work& work, Context& context, std::size_t& index);
    GroupOutcome commit_group();
    void roll_back();
    void stop_trusting(const char* what, Code code);
    std::chrono::microseconds pause() const;

    WriterOptions options_;
    Connection& connection_;
    LastUses& last_uses_;
    ReadCache& cache_;
    AuditChain& audit_chain_;
    Statement begin_{connection_, "BEGIN IMMEDIATE"};
    Statement commit_{connection_, "COMMIT"};
    Statement rollback_{connection_, "ROLLBACK"};
    Statement savepoint_{connection_, "SAVEPOINT one"};
    Statement release_{connection_, "RELEASE one"};
    Statement undo_{connection_, "ROLLBACK TO one"};
    Changes changes_;
    Jobs jobs_;
    Checkpoints checkpoints_{connection_};

    std::vector<Job> group_;  // of the writer's thread, like all above
    SteadyPoint group_began_{};
    double commits_per_millisecond_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> waiting_;
    bool is_stopping_ = false;
    bool is_failed_ = false;  // for good
    bool last_group_failed_ = false;

    std::thread thread_;  // last: it uses all above
};

}  // namespace latchkey::store::sqlite
