// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/yaml.hpp"

#include "base/json.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

std::string as_json(std::string_view yaml) {
    const auto value = read_yaml(yaml);
    if (!value) return std::to_string(value.error().line) + ": " + value.error().what;
    return json::write(*value);
}

TEST_CASE("yaml: mappings and sequences nest by their indent") {
    CHECK(
        as_json("a:\n  b: 1\n  c:\n    - x\n    - d: y\n      e: true\n    - f\ng: null\n") ==
        R"({"a":{"b":1,"c":["x",{"d":"y","e":true},"f"]},"g":null})"
    );
}

TEST_CASE("yaml: flow values stand on one line, a sequence may go on") {
    CHECK(
        as_json("a: {b: 1, c: [x, 'y, z'], d: {}}\ne: [\n  p,\n  q]\nf: []\n") ==
        R"({"a":{"b":1,"c":["x","y, z"],"d":{}},"e":["p","q"],"f":[]})"
    );
    CHECK(as_json("- {$ref: '#/a'}\n- [1, two]\n") == R"([{"$ref":"#/a"},[1,"two"]])");
}

TEST_CASE("yaml: a quoted scalar is a string, two quotes are one") {
    CHECK(as_json("'200': 'it''s: 1'\n") == R"({"200":"it's: 1"})");
    CHECK(as_json("a: '12'\nb: -12\nc: 1.5\n") == R"({"a":"12","b":-12,"c":"1.5"})");
}

TEST_CASE("yaml: a folded block is one line of text, comments are none") {
    CHECK(
        as_json("# first\na: >-\n  one\n  two: #3\n  # none\nb: http://c/\n") ==
        R"({"a":"one two: #3","b":"http://c/"})"
    );
}

TEST_CASE("yaml: what is not in the subset is refused with its line, never guessed") {
    for (const std::string_view text : {
             "",
             "a:\n",
             "a: 1\na: 2\n",
             "a: {b: 1, b: 2}\n",
             "a: \"b\"\n",
             "a: &b c\n",
             "a: |\n  b\n",
             "a: b # c\n",
             "a: b: c\n",
             "a: 'b\n",
             "a: 'b' c\n",
             "a: [b\n",
             "a: {b}\n",
             "a: 1\n   b: 2\n",
             "a:\n\t- b\n",
             "just words\n",
         }) {
        CAPTURE(text);
        CHECK_FALSE(read_yaml(text));
    }
    CHECK(read_yaml("a: 1\nb: 2\na: 3\n").error().line == 3);
}

}  // namespace
}  // namespace latchkey::test
