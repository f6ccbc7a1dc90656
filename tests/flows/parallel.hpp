// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>
#include <latch>
#include <thread>
#include <vector>

namespace latchkey::test {

/// Runs `work(0)` to `work(count - 1)` on a thread each, all let go at the same moment. `work`
/// throws nothing.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
    std::latch start(static_cast<std::ptrdiff_t>(count));
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&start, &work, i] {
            start.arrive_and_wait();
            work(i);
        });
    }
}

}  // namespace latchkey::test
