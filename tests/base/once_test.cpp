// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/once.hpp"

#include <memory>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey {
namespace {

TEST_CASE("Once owns what it captured, also what cannot be copied, and hands over its arguments") {
    Once<int(std::unique_ptr<int>)> add =
        [held = std::make_unique<int>(40)](std::unique_ptr<int> more) { return *held + *more; };
    CHECK(static_cast<bool>(add));
    CHECK(std::move(add)(std::make_unique<int>(2)) == 42);
}

TEST_CASE("a call of Once empties it and frees what it captured") {
    auto watched = std::make_shared<int>(1);
    const std::weak_ptr<int> watcher = watched;
    Once<void()> call = [held = std::move(watched)] { CHECK(*held == 1); };
    CHECK_FALSE(watcher.expired());
    std::move(call)();
    CHECK(watcher.expired());
    CHECK_FALSE(static_cast<bool>(call));
}

TEST_CASE("a moved Once takes the callable along") {
    int calls = 0;
    Once<void()> first = [&calls] { ++calls; };
    Once<void()> second = std::move(first);
    CHECK_FALSE(static_cast<bool>(first));
    std::move(second)();
    CHECK(calls == 1);
}

TEST_CASE("an empty Once says so, and one that is dropped frees what it captured") {
    CHECK_FALSE(static_cast<bool>(Once<void()>()));
    auto watched = std::make_shared<int>(1);
    const std::weak_ptr<int> watcher = watched;
    {
        const Once<void()> dropped = [held = std::move(watched)] {};
        CHECK_FALSE(watcher.expired());
    }
    CHECK(watcher.expired());
}

}  // namespace
}  // namespace latchkey
