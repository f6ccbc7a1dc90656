// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/equal.hpp"

#include "latchkey/bytes.hpp"

#include <doctest/doctest.h>

namespace latchkey::crypto {

TEST_CASE("Constant-time comparison tells equal from different, also by length") {
    CHECK(equal_constant_time(bytes_of("same"), bytes_of("same")));
    CHECK(equal_constant_time(ByteView(), ByteView()));
    CHECK_FALSE(equal_constant_time(bytes_of("same"), bytes_of("samf")));
    CHECK_FALSE(equal_constant_time(bytes_of("same"), bytes_of("sam")));
    CHECK_FALSE(equal_constant_time(bytes_of("same"), ByteView()));
}

}  // namespace latchkey::crypto
