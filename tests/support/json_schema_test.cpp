// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/json_schema.hpp"

#include "base/json.hpp"
#include "support/yaml.hpp"

#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

bool fits(std::string_view schema, std::string_view value) {
    const auto document = read_yaml(schema);
    REQUIRE(document);
    const auto parsed = json::parse(value);
    REQUIRE(parsed);
    return JsonSchema(*document).problems(*parsed, *document).empty();
}

TEST_CASE("json schema: types are kept apart") {
    CHECK(fits("type: string\n", R"("a")"));
    CHECK_FALSE(fits("type: string\n", "1"));
    CHECK(fits("type: integer\n", "1"));
    CHECK_FALSE(fits("type: integer\n", "1.5"));
    CHECK(fits("type: number\n", "1"));
    CHECK_FALSE(fits("type: boolean\n", "null"));
    CHECK_FALSE(fits("type: object\n", "[]"));
}

TEST_CASE("json schema: an object has what is required and nothing that is not described") {
    constexpr std::string_view schema =
        "type: object\nrequired: [a]\nadditionalProperties: false\n"
        "properties:\n  a: {type: string}\n  b: {type: integer}\n";
    CHECK(fits(schema, R"({"a":"x"})"));
    CHECK(fits(schema, R"({"a":"x","b":1})"));
    CHECK_FALSE(fits(schema, R"({"b":1})"));
    CHECK_FALSE(fits(schema, R"({"a":"x","c":1})"));
    CHECK_FALSE(fits(schema, R"({"a":1})"));
}

TEST_CASE("json schema: other members can have a schema of their own") {
    constexpr std::string_view schema =
        "properties:\n  a: {type: string}\nadditionalProperties: {const: true}\n";
    CHECK(fits(schema, R"({"a":"x","b":true})"));
    CHECK_FALSE(fits(schema, R"({"a":"x","b":false})"));
}

TEST_CASE("json schema: sizes, choices and items") {
    CHECK(fits("minLength: 2\nmaxLength: 3\n", R"("äöü")"));
    CHECK_FALSE(fits("maxLength: 2\n", R"("abc")"));
    CHECK_FALSE(fits("minimum: 2\n", "1"));
    CHECK_FALSE(fits("maximum: 2\n", "3"));
    CHECK_FALSE(fits("minItems: 1\n", "[]"));
    CHECK_FALSE(fits("maxItems: 1\n", "[1,2]"));
    CHECK(fits("enum: [a, 1]\n", "1"));
    CHECK_FALSE(fits("enum: [a, 1]\n", R"("1")"));
    CHECK_FALSE(fits("items: {type: string}\n", R"(["a",1])"));
}

TEST_CASE("json schema: oneOf is exactly one") {
    constexpr std::string_view schema = "oneOf:\n  - {type: integer}\n  - {minimum: 5}\n";
    CHECK(fits(schema, "4"));
    CHECK_FALSE(fits(schema, "6"));
    CHECK_FALSE(fits("oneOf:\n  - {type: string}\n  - {type: object}\n", "6"));
}

TEST_CASE("json schema: the content of a string is looked into") {
    CHECK(fits("contentEncoding: base64url\n", R"("AAAA")"));
    CHECK_FALSE(fits("contentEncoding: base64url\n", R"("A+==")"));
    constexpr std::string_view schema =
        "contentMediaType: application/json\ncontentSchema: {type: object}\n";
    CHECK(fits(schema, R"("{}")"));
    CHECK_FALSE(fits(schema, R"("[]")"));
    CHECK_FALSE(fits(schema, R"("{")"));
}

TEST_CASE("json schema: $ref is followed, a dangling one is a problem") {
    const auto document =
        read_yaml("a: {$ref: '#/b/c'}\nb:\n  c: {type: string}\nd: {$ref: '#/e'}\n");
    REQUIRE(document);
    const JsonSchema schemas(*document);
    CHECK(schemas.problems("x", *document->find("a")).empty());
    CHECK_FALSE(schemas.problems(1, *document->find("a")).empty());
    CHECK_FALSE(schemas.problems("x", *document->find("d")).empty());
}

TEST_CASE("json schema: a keyword that is not checked is a problem, never a silent pass") {
    CHECK_FALSE(fits("pattern: a\n", R"("a")"));
    CHECK_FALSE(fits("contentSchema: {type: string}\n", R"("a")"));
    CHECK_FALSE(fits("minLength: many\n", R"("a")"));
}

}  // namespace
}  // namespace latchkey::test
