// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/writer.hpp"

#include "base/once.hpp"
#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/jobs.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/read_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iterator>
#include <mutex>
#include <ratio>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

/// After this time without work, what waits to be merged is merged although there is little of it.
constexpr std::chrono::seconds idle_time{1};

}  // namespace

Writer::Writer(const WriterParts& parts, WriterOptions options)
    : options_(std::move(options)),
      connection_(parts.connection),
      last_uses_(parts.last_uses),
      cache_(parts.cache),
      audit_chain_(parts.audit_chain),
      changes_(parts),
      jobs_(connection_, parts.guard, parts.audit_chain),
      thread_([this] { run(); }) {}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Writer::queue(Work work, Once<void(CommitResult)> done) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() < options_.queue_limit && !is_stopping_ && !is_failed_) {
            waiting_.push_back({std::move(work), std::move(done)});
            const auto size = waiting_.size();
            if (size == 1 || size == options_.group_limit) wake_.notify_one();
            return;
        }
    }
    std::move(done)(Unknown{});
}

CommitResult Writer::write(Work work) {
    std::promise<CommitResult> promise;
    auto answer = promise.get_future();
    queue(std::move(work), [&promise](CommitResult result) {
        promise.set_value(std::move(result));
    });
    return answer.get();
}

bool Writer::is_well() const {
    const std::lock_guard lock(mutex_);
    return !is_failed_ && !last_group_failed_;
}

void Writer::run() {
    while (take_group()) {
        write_group();
    }
}

void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto has_work = [this] { return !waiting_.empty() || is_stopping_; };
    if (last_uses_.is_empty()) {
        wake_.wait(lock, has_work);
    } else if (!last_uses_.is_merging() && !wake_.wait_for(lock, idle_time, has_work)) {
        last_uses_.begin_merge();
    }
    // Under load a group begins no sooner than `pause` after the one before, so that more share it.
    const auto since = options_.clock->steady_now() - group_began_;
    wake_.wait_for(lock, pause() - since, [this] {
        return is_stopping_ || waiting_.size() >= options_.group_limit;
    });
}

/// Waits for work and takes a group of it, an empty one if there is only something to merge.
/// False: stopping, and nothing waits. What is not merged then is merged by the next run.
bool Writer::take_group() {
    std::unique_lock lock(mutex_);
    wait_for_work(lock);
    if (waiting_.empty() && is_stopping_) return false;
    const auto count = std::min(waiting_.size(), options_.group_limit);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    group_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    lock.unlock();

    note_load(count);
    return true;
}

/// Follows how many commits a millisecond come in, over the last few groups.
void Writer::note_load(std::size_t commits) {
    const auto now = options_.clock->steady_now();
    const std::chrono::duration<double, std::milli> since = now - group_began_;
    const double rate = static_cast<double>(commits) / std::max(since.count(), 0.05);
    commits_per_millisecond_ += 0.2 * (rate - commits_per_millisecond_);
    group_began_ = now;
}

/// None below one commit a millisecond; the longest from five on.
std::chrono::microseconds Writer::pause() const {
    const double load = std::clamp((commits_per_millisecond_ - 1) / 4, 0.0, 1.0);
    return std::chrono::microseconds(
        static_cast<std::int64_t>(load * static_cast<double>(options_.longest_pause.count()))
    );
}

void Writer::write_group() {
    std::vector<CommitResult> results;
    results.reserve(group_.size());
    auto outcome = is_failed_ ? GroupOutcome::failed : write_all(Sharing::plain, results);
    if (outcome == GroupOutcome::needs_savepoints) {
        roll_back();
        last_uses_.rolled_back();
        audit_chain_.rolled_back();
        results.clear();
        outcome = is_failed_ ? GroupOutcome::failed : write_all(Sharing::savepoints, results);
    }
    if (outcome != GroupOutcome::committed) {
        roll_back();
        // Whatever was worked out for single commits: none of them is in the database.
        results.assign(group_.size(), Unknown{});
        last_uses_.rolled_back();
        audit_chain_.rolled_back();
    } else {
        last_uses_.committed();
        audit_chain_.committed();
    }
    cache_.settle();
    set_last_group_failed(outcome);
    for (std::size_t i = 0; i < group_.size(); ++i) {
        std::move(group_[i].done)(std::move(results[i]));
    }
    group_.clear();
    if (outcome == GroupOutcome::failed) return;
    const Code code = checkpoints_.run_if_due();
    if ((code & 0xff) == SQLITE_IOERR) stop_trusting("moving the log into the database", code);
    if (code != SQLITE_OK && code != SQLITE_BUSY) set_last_group_failed(GroupOutcome::failed);
}

void Writer::set_last_group_failed(GroupOutcome outcome) {
    const std::lock_guard lock(mutex_);
    last_group_failed_ = outcome == GroupOutcome::failed;
}

Writer::GroupOutcome Writer::write_all(Sharing sharing, std::vector<CommitResult>& results) {
    if (begin_.run().step != Step::done) return GroupOutcome::failed;
    for (auto& job : group_) {
        auto& result = results.emplace_back(Unknown{});
        const auto outcome = write_one(sharing, job.work, result);
        if (outcome != GroupOutcome::committed) return outcome;
    }
    if (last_uses_.merge_portion() != Applied::made) return GroupOutcome::failed;
    if (audit_chain_.save() != Applied::made) return GroupOutcome::failed;
    return commit_group();
}

/// Writes one entry of the group.
Writer::GroupOutcome Writer::write_one(Sharing sharing, Work& work, CommitResult& result) {
    const bool has_savepoint = sharing == Sharing::savepoints;
    if (has_savepoint && savepoint_.run().step != Step::done) return GroupOutcome::failed;
    const auto uses_before = last_uses_.mark();
    const auto chain_before = audit_chain_.mark();
    const auto changes_before = connection_.changes();
    Context context;
    std::size_t index = 0;
    const auto applied = apply(work, context, index);
    if (applied == Applied::failed) return GroupOutcome::failed;
    if (applied == Applied::made) {
        result = Committed{std::move(context.spent)};
    } else {
        if (applied == Applied::refused) result = Refused{index};
        const auto undone = undo_one(sharing, changes_before);
        if (undone != GroupOutcome::committed) return undone;
        last_uses_.undo_to(uses_before);
        audit_chain_.undo_to(chain_before);
    }
    if (has_savepoint && release_.run().step != Step::done) return GroupOutcome::failed;
    // Some errors make SQLite roll the whole transaction back without saying so.
    return connection_.in_transaction() ? GroupOutcome::committed : GroupOutcome::failed;
}

/// Undoes what a refused entry has written since there were `changes_before` changes.
Writer::GroupOutcome Writer::undo_one(Sharing sharing, std::int64_t changes_before) {
    if (sharing == Sharing::savepoints) {
        return undo_.run().step == Step::done ? GroupOutcome::committed : GroupOutcome::failed;
    }
    return connection_.changes() == changes_before ? GroupOutcome::committed
                                                   : GroupOutcome::needs_savepoints;
}

Applied Writer::apply(Work& work, Context& context, std::size_t& index) {
    if (const auto* commit = std::get_if<Commit>(&work)) {
        context.operation = commit->operation;
        for (index = 0; index < commit->changes.size(); ++index) {
            const auto applied = changes_.apply(commit->changes[index], context);
            if (applied != Applied::made) return applied;
        }
        return Applied::made;
    }
    if (const auto* setting = std::get_if<SaveSetting>(&work)) cache_.forget_setting(setting->name);
    if (const auto* adopted = std::get_if<AdoptRows>(&work)) {
        for (const auto& setting : adopted->settings) {
            cache_.forget_setting(setting.name);
        }
    }
    return std::visit(
        [this](const auto& job) {
            if constexpr (requires { jobs_.apply(job); }) {
                return jobs_.apply(job);
            } else {
                return Applied::invalid;  // a Commit: handled above
            }
        },
        work
    );
}

Writer::GroupOutcome Writer::commit_group() {
    auto rows = commit_.query();
    const auto step = rows.step();
    if (step == Step::done && !connection_.in_transaction()) return GroupOutcome::committed;
    // After a failed sync nobody knows what the disk holds, and a restart may find the group
    // there: go on with neither answer. A full disk is different: its group is certainly not.
    if ((rows.code() & 0xff) == SQLITE_IOERR) stop_trusting("COMMIT", rows.code());
    return GroupOutcome::failed;
}

void Writer::roll_back() {
    if (!connection_.in_transaction()) return;
    auto rows = rollback_.query();
    if (rows.step() != Step::done && connection_.in_transaction()) {
        stop_trusting("ROLLBACK", rows.code());
    }
}

void Writer::stop_trusting(const char* what, Code code) {
    {
        const std::lock_guard lock(mutex_);
        is_failed_ = true;
    }
    options_.on_fatal(
        std::string(what) + " failed: " + sqlite3_errstr(code) + " (SQLite code " +
        std::to_string(code) + "); " + connection_.message()
    );
}

}  // namespace latchkey::store::sqlite
