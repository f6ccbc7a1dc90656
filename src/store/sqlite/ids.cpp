// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/ids.hpp"

#include "store/store.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

std::int64_t IdSource::next() {
    std::unique_lock lock(mutex_);
    if (end_ - next_ <= block / 2 && !is_asking_) {
        is_asking_ = true;
        const auto wanted = end_ + block;
        // Without the lock: a full queue answers at once, on this thread.
        lock.unlock();
        reserve_(wanted);
        lock.lock();
    }
    answered_.wait(lock, [this] { return next_ < end_ || !is_asking_; });
    if (next_ == end_) throw ReadFailed{SQLITE_FULL};
    return next_++;
}

void IdSource::reserved(std::optional<std::int64_t> end) {
    {
        const std::lock_guard lock(mutex_);
        end_ = end.value_or(end_);
        is_asking_ = false;
    }
    answered_.notify_all();
}

}  // namespace latchkey::store::sqlite
