// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/target.hpp"

#include "base/encoding.hpp"
#include "http/text.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

using http::decode_path;
using http::is_query;

TEST_CASE("a path is decoded once") {
    CHECK(decode_path("/") == "/");
    CHECK(decode_path("/settings/passkeys/a-b_c.d~e") == "/settings/passkeys/a-b_c.d~e");
    CHECK(decode_path("/caf%C3%A9") == "/caf\u00e9");
    CHECK(decode_path("/%2561") == "/%61");  // 1.1.1: not decoded again
    CHECK(decode_path("/a/") == "/a/");
    CHECK(decode_path("/...") == "/...");
    CHECK(decode_path("/a:b@c;d=e,f") == "/a:b@c;d=e,f");
}

TEST_CASE("a path with a second spelling of another path is refused") {
    using std::string_view_literals::operator""sv;
    for (const auto path :
         {""sv,
          "a"sv,
          "*"sv,
          "http://localhost/"sv,
          "//evil.example"sv,
          "/a//b"sv,
          "//"sv,
          "/."sv,
          "/.."sv,
          "/a/./b"sv,
          "/a/../b"sv,
          "/a/.."sv,
          "/%2e%2e/a"sv,
          "/%2E/a"sv,
          "/.%2e"sv,
          "/a%2fb"sv,
          "/a%2Fb"sv,
          R"(/a\b)"sv,
          "/a%5cb"sv,
          "/a%00"sv,
          "/a\0b"sv,
          "/a%0d%0ab"sv,
          "/a%7f"sv,
          "/a%"sv,
          "/a%2"sv,
          "/a%zz"sv,
          "/a%ff"sv,
          "/a%c0%ae"sv,
          "/a b"sv,
          "/a\tb"sv,
          "/a#b"sv,
          "/a?b"sv,
          "/\xc3\xa9"sv,
          "/a<b"sv,
          "/a|b"sv}) {
        CAPTURE(path);
        CHECK_FALSE(decode_path(path).has_value());
    }
}

TEST_CASE("two accepted paths that decode alike have the same bytes but for percent-encoding") {
    CHECK(rc::check([](const std::string& bytes) {
        const auto path = "/" + bytes;
        const auto decoded = decode_path(path);
        if (!decoded) return;
        RC_ASSERT(is_utf8(*decoded));
        RC_ASSERT(decoded->find("//") == std::string::npos);
        RC_ASSERT(decoded->find('\\') == std::string::npos);
        RC_ASSERT(decode_path(percent_encode(*decoded)) == decoded);
    }));
}

TEST_CASE("a query is visible ASCII without #") {
    CHECK(is_query("a=1&b=%20+'|{}"));
    CHECK(is_query(""));
    CHECK_FALSE(is_query("a b"));
    CHECK_FALSE(is_query("a#b"));
    CHECK_FALSE(is_query("\xc3\xa9"));
    CHECK_FALSE(is_query("a\tb"));
}

TEST_CASE("percent-decoding undoes percent-encoding, and refuses a stray percent") {
    CHECK(rc::check([](const std::string& bytes) {
        RC_ASSERT(http::percent_decode(percent_encode(bytes)) == bytes);
    }));
    CHECK_FALSE(http::percent_decode("%").has_value());
    CHECK_FALSE(http::percent_decode("a%1").has_value());
    CHECK_FALSE(http::percent_decode("%g0").has_value());
    CHECK_FALSE(http::percent_decode("%0g").has_value());
}

}  // namespace latchkey::test
