// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/contract.hpp"

#include "store/commit.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <utility>
#include <vector>

namespace latchkey::test {

namespace {

/// Operation ids only have to differ.
store::OperationId next_operation() {
    static std::atomic<std::uint64_t> last{0};
    const std::uint64_t number = ++last;
    store::OperationId operation{};
    for (std::size_t i = 0; i < 8; ++i) {
        operation[i] = std::byte(number >> (8 * i));
    }
    return operation;
}

std::future<store::CommitResult> start(store::Store& store, std::vector<store::Change> changes) {
    std::promise<store::CommitResult> promise;
    auto answer = promise.get_future();
    store.commit(
        {.operation = next_operation(), .changes = std::move(changes)},
        [promise = std::move(promise)](store::CommitResult result) mutable {
            promise.set_value(std::move(result));
        }
    );
    return answer;
}

}  // namespace

store::CommitResult commit(store::Store& store, std::vector<store::Change> changes) {
    return start(store, std::move(changes)).get();
}

std::vector<store::CommitResult> commit_together(
    store::Store& store, std::vector<std::vector<store::Change>> commits
) {
    std::vector<std::future<store::CommitResult>> answers;
    answers.reserve(commits.size());
    for (auto& changes : commits) {
        answers.push_back(start(store, std::move(changes)));
    }
    std::vector<store::CommitResult> results;
    results.reserve(answers.size());
    for (auto& answer : answers) {
        results.push_back(answer.get());
    }
    return results;
}

}  // namespace latchkey::test
