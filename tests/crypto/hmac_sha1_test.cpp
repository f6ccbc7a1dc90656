// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/hmac_sha1.hpp"

#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

TEST_CASE("HMAC-SHA-1 is RFC 2104 over the message as it is (RFC 2202 section 3)") {
    const Bytes key(20, std::byte{0x0b});
    CHECK(
        hex_encode(hmac_sha1(key, bytes_of("Hi There"))) ==
        "b617318655057264e28bc0b6fb378c8ef146be00"
    );
    CHECK(
        hex_encode(hmac_sha1(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    );
}

}  // namespace
}  // namespace latchkey::crypto
