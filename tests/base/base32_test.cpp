// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/base32.hpp"

#include "latchkey/bytes.hpp"

#include <doctest/doctest.h>

namespace latchkey {
namespace {

TEST_CASE("RFC 4648 section 10: base32, here without padding") {
    CHECK(base32_encode(bytes_of("")).empty());
    CHECK(base32_encode(bytes_of("f")) == "MY");
    CHECK(base32_encode(bytes_of("fo")) == "MZXQ");
    CHECK(base32_encode(bytes_of("foo")) == "MZXW6");
    CHECK(base32_encode(bytes_of("foob")) == "MZXW6YQ");
    CHECK(base32_encode(bytes_of("fooba")) == "MZXW6YTB");
    CHECK(base32_encode(bytes_of("foobar")) == "MZXW6YTBOI");
}

}  // namespace
}  // namespace latchkey
