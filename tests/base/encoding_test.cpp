// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"

#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey {
namespace {

Bytes copy_of(std::string_view text) {
    const ByteView view = bytes_of(text);
    return {view.begin(), view.end()};
}

TEST_CASE("RFC 4648 section 10: the test vectors of base64, and base64url without padding") {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> vectors{{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    }};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64_encode(bytes_of(plain)) == encoded);
        CHECK(base64_decode(encoded) == copy_of(plain));
        const std::string_view unpadded = encoded.substr(0, encoded.find('='));
        CHECK(base64url_encode(bytes_of(plain)) == unpadded);
        CHECK(base64url_decode(unpadded) == copy_of(plain));
    }
}

TEST_CASE("RFC 4648 section 5: base64url has its own two characters") {
    constexpr std::string_view bytes = "\xfb\xff\xbf";
    CHECK(base64_encode(bytes_of(bytes)) == "+/+/");
    CHECK(base64_decode("+/+/") == copy_of(bytes));
    CHECK(base64_decode("-_-_") == std::nullopt);
    CHECK(base64url_encode(bytes_of(bytes)) == "-_-_");
    CHECK(base64url_decode("-_-_") == copy_of(bytes));
}

TEST_CASE("every value has exactly one accepted spelling in base64url") {
    for (const std::string_view text :
         {"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "+/+/", "Zg\n", " Zg", "Zm 9v", "Z\xc3\xa9"}) {
        CAPTURE(text);
        CHECK(base64url_decode(text) == std::nullopt);
    }
    CHECK(base64url_decode(std::string_view("Z\0==", 4)) == std::nullopt);
}

TEST_CASE("every value has exactly one accepted spelling in base64") {
    for (const std::string_view text :
         {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zg==Zg==", "Zg==\n", " Zg="
         }) {
        CAPTURE(text);
        CHECK(base64_decode(text) == std::nullopt);
    }
}

TEST_CASE("every byte survives base64url and hexadecimal") {
    for (std::size_t length = 0; length <= 256; ++length) {
        Bytes bytes(length);
        for (std::size_t i = 0; i < length; ++i) {
            bytes[i] = static_cast<std::byte>(i * 37 + length);
        }
        CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
        CHECK(base64_decode(base64_encode(bytes)) == bytes);
        CHECK(hex_decode(hex_encode(bytes)) == bytes);
    }
}

TEST_CASE("hexadecimal is written in lower case and read in both") {
    CHECK(hex_encode(bytes_of("\x01\xab\xff")) == "01abff");
    CHECK(hex_decode("01AbFf") == copy_of("\x01\xab\xff"));
    for (const std::string_view text : {"0", "0g", "0x", " 0", "00 "}) {
        CHECK(hex_decode(text) == std::nullopt);
    }
}

TEST_CASE("RFC 3629: the first and last character of each length is well-formed") {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv,
          "\0"sv,
          "\x7f"sv,
          "\xc2\x80"sv,
          "\xdf\xbf"sv,
          "\xe0\xa0\x80"sv,
          "\xed\x9f\xbf"sv,
          "\xee\x80\x80"sv,
          "\xef\xbf\xbf"sv,
          "\xf0\x90\x80\x80"sv,
          "\xf4\x8f\xbf\xbf"sv}) {
        CHECK(is_utf8(text));
        CHECK(utf8_length(text) == text.size());
    }
}

TEST_CASE("RFC 3629: overlong forms, surrogates, values too large and cut sequences are refused") {
    for (const std::string_view text :
         {"\x80",
          "\xbf",
          "\xc0\x80",
          "\xc1\xbf",
          "\xe0\x9f\xbf",
          "\xed\xa0\x80",
          "\xed\xbf\xbf",
          "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80",
          "\xfe",
          "\xff",
          "\xc2",
          "\xe2\x82",
          "\xf0\x9f\x98",
          "\xc2\x41",
          "\xe2\x82\x41"}) {
        CHECK_FALSE(is_utf8(text));
        CHECK_FALSE(is_utf8(std::string("ok") + std::string(text)));
        CHECK(utf8_length(text) == 0);
    }
}

TEST_CASE("the code points of a text are read from sequences of each length") {
    CHECK(code_points("") == U"");
    CHECK(
        code_points("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f") == U"a\u00e9\u20ac\U0001f600\x7f"
    );
    CHECK(code_points("\xdf\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf") == U"\u07ff\uffff\U0010ffff");
    CHECK(code_points("a\xff") == std::nullopt);
}

}  // namespace
}  // namespace latchkey
