// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/readers.hpp"

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace latchkey::store::sqlite {

std::unique_ptr<Reader> Readers::take() {
    {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !idle_.empty() || opened_ < limit_; });
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
        ++opened_;
    }
    auto connection = Connection::open(options_);
    if (connection) return std::make_unique<Reader>(*std::move(connection));
    {
        const std::lock_guard lock(mutex_);
        --opened_;
    }
    returned_.notify_one();
    throw ReadFailed{connection.error()};
}

void Readers::give_back(std::unique_ptr<Reader> reader) {
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(reader));
    }
    returned_.notify_one();
}

}  // namespace latchkey::store::sqlite
