// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace latchkey::store::sqlite {

/// Row ids: rising, given once. They are reserved in blocks, durably, before the first of a block
/// is given; a restart leaves the rest of its block unused. Thread-safe.
class IdSource {
public:
    static constexpr std::int64_t block = 10'000;

    /// Asks for all ids below `next` to be reserved; calls `reserved` when that has ended.
    using Reserve = std::function<void(std::int64_t next)>;

    /// Ids from `first` to before `end` are reserved already.
    IdSource(std::int64_t first, std::int64_t end, Reserve reserve)
        : next_(first), end_(end), reserve_(std::move(reserve)) {}

    /// Throws ReadFailed if the block is used up and no other can be reserved.
    std::int64_t next();

    /// The answer to a Reserve: ids before `end` are ours now. nullopt: it could not be done.
    void reserved(std::optional<std::int64_t> end);

private:
    std::mutex mutex_;
    std::condition_variable answered_;
    std::int64_t next_;
    std::int64_t end_;
    bool is_asking_ = false;
    Reserve reserve_;
};

}  // namespace latchkey::store::sqlite
