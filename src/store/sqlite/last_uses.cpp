// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/last_uses.hpp"

#include "accounts/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

// Twice as many as commits share a transaction: a merge ends before as many uses have come again.
constexpr std::size_t portion = 128;

// Rows of the log lie side by side: cutting it is cheaper.
constexpr std::int64_t cut_portion = 1'024;

}  // namespace

Code LastUses::load() {
    auto rows = read_.query();
    auto step = rows.step();
    for (; step == Step::row; step = rows.step()) {
        last_number_ = rows.integer(0);
        recent_.insert_or_assign(rows.integer(1), Use{.at = rows.time(2), .on = rows.text(3)});
    }
    return step == Step::done ? SQLITE_OK : rows.code();
}

Applied LastUses::log(accounts::PasskeyId passkey, Use use) {
    const auto number = last_number_ + static_cast<std::int64_t>(logged_.size()) + 1;
    const auto logged = applied(log_.run(number, passkey, use.at, use.on).step);
    if (logged == Applied::made) logged_.push_back({passkey.value(), std::move(use)});
    return logged;
}

Applied LastUses::merge_portion() {
    if (!is_merging()) return Applied::made;
    return merged_ < order_.size() ? merge_some() : cut_log();
}

Applied LastUses::merge_some() {
    const auto end = std::min(merged_ + portion, order_.size());
    for (auto i = merged_; i < end; ++i) {
        // Only this thread changes `merging_`: no lock to read it here.
        const auto& use = merging_.at(order_[i]);
        const auto step = merge_.run(order_[i], use.at, use.on).step;
        // The foreign key refuses a passkey that was removed in the meantime: nothing to keep.
        if (step != Step::done && step != Step::conflict) return applied(step);
    }
    merged_next_ = end;
    return Applied::made;
}

Applied LastUses::cut_log() {
    const auto ran = cut_.run(cut_at_, cut_portion);
    is_cut_ = ran.step == Step::done && ran.rows < cut_portion;
    return applied(ran.step);
}

void LastUses::committed() {
    merged_ = merged_next_;
    last_number_ += static_cast<std::int64_t>(logged_.size());
    if (logged_.empty() && !is_cut_) return;
    bool is_full = false;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [passkey, use] : logged_) {
            recent_.insert_or_assign(passkey, std::move(use));
        }
        is_full = recent_.size() >= limit_;
        if (is_cut_) {
            merging_.clear();
            ++merges_;
        }
    }
    logged_.clear();
    if (std::exchange(is_cut_, false)) order_.clear();
    if (is_full) begin_merge();
}

void LastUses::rolled_back() {
    logged_.clear();
    merged_next_ = merged_;
    is_cut_ = false;
}

void LastUses::begin_merge() {
    if (is_merging()) return;
    const std::lock_guard lock(mutex_);
    merging_ = std::exchange(recent_, {});
    order_.reserve(merging_.size());
    for (const auto& [passkey, use] : merging_) {
        order_.push_back(passkey);
    }
    std::ranges::sort(order_);
    merged_ = merged_next_ = 0;
    cut_at_ = last_number_;
}

bool LastUses::is_empty() const {
    const std::lock_guard lock(mutex_);
    return recent_.empty() && merging_.empty();
}

std::optional<LastUses::Use> LastUses::find(accounts::PasskeyId passkey) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = recent_.find(passkey.value()); found != recent_.end()) {
        return found->second;
    }
    const auto found = merging_.find(passkey.value());
    return found == merging_.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t LastUses::merges() const {
    const std::lock_guard lock(mutex_);
    return merges_;
}

}  // namespace latchkey::store::sqlite
