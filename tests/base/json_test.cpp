// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::json {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using enum ParseError;

struct Refused {
    std::string_view text;
    ParseError why;
};

Value parsed(std::string_view text) {
    const auto result = parse(text);
    CAPTURE(text);
    REQUIRE(result.has_value());
    return *result;
}

ParseError refusal(std::string_view text, const Limits& limits = {}) {
    const auto result = parse(text, limits);
    CAPTURE(text);
    REQUIRE_FALSE(result.has_value());
    return result.error();
}

TEST_CASE("RFC 8259 section 3: each kind of value stands alone as a text") {
    CHECK(parsed("null") == Value(nullptr));
    CHECK(parsed("true") == Value(true));
    CHECK(parsed("false") == Value(false));
    CHECK(parsed("7") == Value(7));
    CHECK(parsed("7.5") == Value(7.5));
    CHECK(parsed(R"("text")") == Value("text"));
    CHECK(parsed("[]") == Value(Array{}));
    CHECK(parsed("{}") == Value(Object{}));
}

TEST_CASE("RFC 8259 section 2: the four kinds of white space are allowed around each token") {
    CHECK(parsed(" \t\n\r{ \"a\" : [ 1 , 2 ] } \n") == object({{"a", Array{1, 2}}}));
    for (const std::string_view text :
         {"\v1",
          "\f1",
          "\xc2\xa0"
          "1",
          "\xef\xbb\xbf"
          "1"}) {
        CHECK(refusal(text) == syntax);
    }
}

TEST_CASE("an object keeps its members in the order in which they were written") {
    const Value value = parsed(R"({"b":1,"a":{"d":[true,null]},"":"empty"})");
    REQUIRE(value.as_object() != nullptr);
    CHECK(value.as_object()->at(0).first == "b");
    CHECK(value.as_object()->at(1).first == "a");
    CHECK(*value.find("")->as_string() == "empty");
    CHECK(write(value) == R"({"b":1,"a":{"d":[true,null]},"":"empty"})");
}

TEST_CASE("what is not JSON is refused") {
    constexpr std::array texts{
        ""sv,
        " "sv,
        "nul"sv,
        "nullx"sv,
        "True"sv,
        "'a'"sv,
        "[1,]"sv,
        "[,1]"sv,
        "[1 2]"sv,
        "[1"sv,
        "]"sv,
        R"({"a":1,})"sv,
        "{a:1}"sv,
        R"({"a" 1})"sv,
        R"({"a":})"sv,
        "{1:2}"sv,
        R"({"a":1)"sv,
        "{,}"sv,
        "// c\n1"sv,
        "/* c */1"sv,
        R"("open)"sv,
        R"("\)"sv,
        R"("\x41")"sv,
        R"("\u12")"sv,
        R"("\u12g4")"sv,
        R"("\u+123")"sv,
        "\"a\nb\""sv,
        "\"a\tb\""sv,
        "\"\0\""sv,
        "NaN"sv,
        "Infinity"sv,
        "-Infinity"sv,
        "undefined"sv,
        "\0"sv,
        "[1\0]"sv,
    };
    for (const std::string_view text : texts) {
        const ParseError why = refusal(text);
        CAPTURE(text);
        CHECK((why == syntax || why == trailing_data));
    }
}

TEST_CASE("RFC 8259 section 6: numbers follow the grammar and nothing else") {
    CHECK(parsed("0") == Value(0));
    CHECK(parsed("-0") == Value(0));
    CHECK(parsed("-12") == Value(-12));
    CHECK(parsed("1e2") == Value(100.0));
    CHECK(parsed("1E+2") == Value(100.0));
    CHECK(parsed("1.5e-1") == Value(0.15));
    for (const std::string_view text :
         {"+1", "-", ".5", "1.", "1.e2", "1e", "1e+", "--1", "-a", "e5"}) {
        CHECK(refusal(text) == syntax);
    }
    for (const std::string_view text : {"01", "-01", "00"}) {
        CHECK(refusal(text) == syntax);
    }
    for (const std::string_view text : {"0x10", "1_000", "1f"}) {
        CHECK(refusal(text) == trailing_data);
    }
}

TEST_CASE("a number that does not fit is refused, never rounded into another integer") {
    CHECK(parsed("9223372036854775807") == Value(std::numeric_limits<std::int64_t>::max()));
    CHECK(parsed("-9223372036854775808") == Value(std::numeric_limits<std::int64_t>::min()));
    for (const std::string_view text :
         {"9223372036854775808", "-9223372036854775809", "1e309", "-1e309", "1e-400"}) {
        CHECK(refusal(text) == number_range);
    }
}

TEST_CASE("an integer and a double are different values, also after writing and reading") {
    CHECK_FALSE(parsed("1") == parsed("1.0"));
    CHECK(parsed("1").as_integer() != nullptr);
    CHECK(parsed("1.0").as_integer() == nullptr);
    for (const double number : {0.1, 1.0, -2.0, 1e300, 5e-324, 123456789.125}) {
        CHECK(parsed(write(Value(number))) == Value(number));
    }
}

TEST_CASE("RFC 8259 section 7: escapes are read") {
    CHECK(parsed(R"("\"\\\/\b\f\n\r\t")") == Value("\"\\/\b\f\n\r\t"));
    CHECK(
        parsed(R"("\u0041\u00e9\u20AC\ud83d\uDE00")") ==
        Value("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")
    );
    CHECK(parsed(R"("\u0000")") == Value("\0"s));
    CHECK(parsed(R"("\udbff\udfff")") == Value("\xf4\x8f\xbf\xbf"));
}

TEST_CASE("a lone surrogate in an escape is refused") {
    for (const std::string_view text :
         {R"("\ud800")",
          R"("\udfff")",
          R"("\ud800x")",
          R"("\ud800\n")",
          R"("\ud800\u0041")",
          R"("\ud800\ud800")",
          R"("\udc00\ud800")",
          R"({"\ud800":1})"}) {
        CHECK(refusal(text) == bad_unicode);
    }
}

TEST_CASE("a text that is not UTF-8 is refused") {
    for (const std::string_view text :
         {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
        CHECK(refusal(text) == bad_unicode);
    }
}

TEST_CASE("a key that stands twice in an object is refused, however it is spelled") {
    CHECK(refusal(R"({"a":1,"a":1})") == duplicate_key);
    CHECK(refusal(R"({"a":1,"b":2,"\u0061":3})") == duplicate_key);
    CHECK(refusal(R"({"\/":1,"/":2})") == duplicate_key);
    CHECK(refusal(R"([{"x":{"a":1,"b":0,"a":2}}])") == duplicate_key);
    CHECK(parsed(R"({"a":{"a":1},"A":2})").find("A") != nullptr);
}

TEST_CASE("something after the value is refused") {
    for (const std::string_view text : {"1 2", "{}{}", "[]x", "null,", R"("a""b")"}) {
        CHECK(refusal(text) == trailing_data);
    }
}

TEST_CASE("a text of exactly Limits::bytes is read, one byte more is refused") {
    const Limits limits{.bytes = 6};
    CHECK(parse("[1, 2]", limits).has_value());
    CHECK(refusal("[1, 2] ", limits) == too_large);
}

TEST_CASE("nesting of exactly Limits::depth is read, one level more is refused") {
    const Limits limits{.depth = 2};
    CHECK(parse(R"([{}])", limits).has_value());
    CHECK(refusal(R"([{"a":[]}])", limits) == too_deep);
    CHECK(refusal(R"([[{}]])", limits) == too_deep);
    CHECK(refusal(std::string(60'000, '[')) == too_deep);
    CHECK(refusal("[]", {.depth = 0}) == too_deep);
}

TEST_CASE("exactly Limits::values values are read, one more is refused") {
    const Limits limits{.values = 4};
    CHECK(parse(R"({"a":[1,2]})", limits).has_value());
    CHECK(refusal(R"({"a":[1,2,3]})", limits) == too_many);
    CHECK(refusal(R"([{},{},{},{}])", limits) == too_many);
}

TEST_CASE("a member is found by its key, and only as what it is") {
    const Value value = parsed(R"({"name":"Ada","id":7,"list":[]})");
    REQUIRE(value.find_string("name") != nullptr);
    CHECK(*value.find_string("name") == "Ada");
    CHECK(value.find_string("id") == nullptr);
    CHECK(value.find("missing") == nullptr);
    CHECK(Value("text").find("name") == nullptr);
    CHECK(value.find("id")->as_bool() == nullptr);
    CHECK(*value.find("id")->as_integer() == 7);
    CHECK(value.find("list")->as_array()->empty());
}

TEST_CASE("set adds a member or replaces the one of that key") {
    Value value;
    value.set("a", 1);
    value.set("b", 2);
    value.set("a", "one");
    CHECK(write(value) == R"({"a":"one","b":2})");
}

TEST_CASE("what is written can stand inside an HTML page") {
    CHECK(write(Value("</script><!-- &amp;")) == R"("\u003c/script\u003e\u003c!-- \u0026amp;")");
    CHECK(write(Value("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa")) == "\"\\u2028\\u2029\xe2\x80\xaa\"");
    CHECK(write(object({{"<", nullptr}})) == R"({"\u003c":null})");
}

TEST_CASE("control characters are escaped and other text is written as it is") {
    CHECK(
        write(Value("\"\\/\b\f\n\r\t\x01\x1f\x7f\0"s)) ==
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\""
    );
    CHECK(write(Value("\xc3\xa9\xf0\x9f\x98\x80")) == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
}

TEST_CASE("bytes that are not UTF-8 are written as U+FFFD, so that the output always is") {
    CHECK(
        write(Value("a\xff"
                    "b\xe2\x82")) ==
        "\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd\xef\xbf\xbd\""
    );
}

}  // namespace
}  // namespace latchkey::json
