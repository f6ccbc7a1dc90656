// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/race.hpp"

#include <doctest/doctest.h>

namespace latchkey::test {

TEST_CASE("T7: of two parallel removals exactly one is refused, 10,000 times") {
    race_for_the_last(10'000);
}

}  // namespace latchkey::test
