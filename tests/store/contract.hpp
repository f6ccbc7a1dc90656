// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/store.hpp"
#include "support/fixed_clock.hpp"

#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

/// The contract of store::Store as tests: contract_*_test.cpp say what holds for every database.
/// A program that runs them links them with one definition of make_store_under_test().
namespace latchkey::test {

/// When the tests begin.
inline constexpr TimePoint day_one = TimePoint(std::chrono::seconds(1'800'000'000));

/// A store on an empty database of its own, gone with the object.
class StoreUnderTest {
public:
    StoreUnderTest() = default;
    StoreUnderTest(const StoreUnderTest&) = delete;
    StoreUnderTest& operator=(const StoreUnderTest&) = delete;
    StoreUnderTest(StoreUnderTest&&) = delete;
    StoreUnderTest& operator=(StoreUnderTest&&) = delete;
    virtual ~StoreUnderTest() = default;

    [[nodiscard]] virtual store::Store& store() = 0;

    /// Stops it and starts it again on the same database: a restart.
    virtual void reopen() = 0;

    store::Store* operator->() { return &store(); }

    FixedClock clock{day_one};
};

std::unique_ptr<StoreUnderTest> make_store_under_test();

/// Commits and waits for the answer.
store::CommitResult commit(store::Store& store, std::vector<store::Change> changes);

/// Commits each list at once, without waiting between them, and waits for all answers.
std::vector<store::CommitResult> commit_together(
    store::Store& store, std::vector<std::vector<store::Change>> commits
);

[[nodiscard]] inline bool is_committed(const store::CommitResult& result) {
    return std::holds_alternative<store::Committed>(result);
}

/// Whether it was refused because of the change at `index`.
[[nodiscard]] inline bool is_refused_at(const store::CommitResult& result, std::size_t index) {
    const auto* refused = std::get_if<store::Refused>(&result);
    return refused != nullptr && refused->change == index;
}

/// Commits, and tells whether it was.
[[nodiscard]] inline bool committed(StoreUnderTest& db, std::vector<store::Change> changes) {
    return is_committed(commit(db.store(), std::move(changes)));
}

/// Commits, and tells whether it was refused because of the change at `index`.
[[nodiscard]] inline bool refused(
    StoreUnderTest& db, std::vector<store::Change> changes, std::size_t index
) {
    return is_refused_at(commit(db.store(), std::move(changes)), index);
}

/// The answer to the one guess of a commit, or nullopt if it was refused; throws if there was not
/// one.
[[nodiscard]] inline std::optional<store::Spent> answer_of(const store::CommitResult& result) {
    const auto* committed = std::get_if<store::Committed>(&result);
    if (committed == nullptr) return std::nullopt;
    if (committed->spent.size() != 1) throw std::logic_error("not one guess");
    return committed->spent[0];
}

[[nodiscard]] inline bool is_unknown(const store::CommitResult& result) {
    return std::holds_alternative<store::Unknown>(result);
}

}  // namespace latchkey::test
