// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "latchkey/result.hpp"

#include "base/try.hpp"
#include "latchkey/strong.hpp"

#include <memory>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

namespace latchkey {
namespace {

enum class Reason : unsigned char { too_long, too_short };

Result<int, Reason> parse_length(int length) {
    if (length > 9) return Fail{Reason::too_long};
    return length;
}

Result<std::string, Reason> describe(int length) {
    const int parsed = TRY(parse_length(length));
    if (parsed < 1) return Fail{Reason::too_short};
    return "length " + std::to_string(parsed);
}

Result<void, Reason> check(int length) {
    TRY(describe(length));
    return {};
}

TEST_CASE("a Result holds its value") {
    const auto result = describe(3);
    REQUIRE(result.has_value());
    CHECK(static_cast<bool>(result));
    CHECK(*result == "length 3");
    CHECK(result->size() == 8);
}

TEST_CASE("TRY returns the first error from the enclosing function") {
    CHECK(describe(10).error() == Reason::too_long);
    CHECK(describe(0).error() == Reason::too_short);
    CHECK(check(10).error() == Reason::too_long);
    CHECK(check(1).has_value());
}

TEST_CASE("a value that cannot be copied moves through a Result and TRY") {
    const auto make = []() -> Result<std::unique_ptr<int>, Reason> {
        return std::make_unique<int>(5);
    };
    const auto pass_on = [&make]() -> Result<std::unique_ptr<int>, Reason> {
        std::unique_ptr<int> held = TRY(make());
        ++*held;
        return held;
    };
    const std::unique_ptr<int> held = pass_on().value();
    CHECK(*held == 6);
}

TEST_CASE("an error of the same type as the value is still an error") {
    const Result<int, int> failed = Fail{7};
    CHECK_FALSE(failed.has_value());
    CHECK(failed.error() == 7);
    const Result<int, int> fine = 7;
    CHECK(fine.has_value());
}

TEST_CASE("strong types of the same representation do not mix") {
    using Left = Strong<struct LeftTag, int>;
    using Right = Strong<struct RightTag, int>;
    static_assert(!std::is_convertible_v<Left, Right>);
    static_assert(!std::is_convertible_v<int, Left>);
    static_assert(!std::is_convertible_v<Left, int>);
    CHECK(Left(1) < Left(2));
    CHECK(Left(3).value() == 3);
}

}  // namespace
}  // namespace latchkey
