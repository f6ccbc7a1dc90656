// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/template.hpp"

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using latchkey::json::Array;
using latchkey::json::object;
using latchkey::json::Value;
using latchkey::pages::Template;

namespace {

std::string render(
    std::string_view source, const Value& model, Template::Escape escape = Template::Escape::html
) {
    const auto read = Template::parse(std::string(source), escape);
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error()));
    return read->render({&model});
}

std::string error_of(std::string_view source) {
    const auto read = Template::parse(std::string(source), Template::Escape::html);
    return read ? "" : read.error();
}

}  // namespace

TEST_CASE("a value is escaped for HTML, in text and inside quotes") {
    const Value model = object({{"name", "<img src=x onerror='a' b=\"c\">&`"}});
    CHECK(
        render("<p title=\"{{name}}\">{{name}}</p>", model) ==
        "<p title=\"&lt;img src=x onerror=&#39;a&#39; b=&quot;c&quot;&gt;&amp;&#96;\">"
        "&lt;img src=x onerror=&#39;a&#39; b=&quot;c&quot;&gt;&amp;&#96;</p>"
    );
}

TEST_CASE("a value in a text part is not escaped") {
    CHECK(render("{{name}}", object({{"name", "<&>"}}), Template::Escape::none) == "<&>");
}

TEST_CASE("a value that is not there, or null, is nothing; numbers are written") {
    CHECK(render("[{{a}}{{b}}{{c.d}}]", object({{"b", nullptr}, {"c", "text"}})) == "[]");
    CHECK(render("{{count}} {{flag}}", object({{"count", 12}, {"flag", true}})) == "12 true");
}

TEST_CASE("a section is shown for what is true, not empty and not 0; an inverted one otherwise") {
    const std::string_view source = "{{#a}}yes{{/a}}{{^a}}no{{/a}}";
    CHECK(render(source, object({{"a", true}})) == "yes");
    CHECK(render(source, object({{"a", "text"}})) == "yes");
    CHECK(render(source, object({{"a", 2}})) == "yes");
    CHECK(render(source, object({{"a", object({{"b", 1}})}})) == "yes");
    CHECK(render(source, object({{"a", false}})) == "no");
    CHECK(render(source, object({{"a", ""}})) == "no");
    CHECK(render(source, object({{"a", 0}})) == "no");
    CHECK(render(source, object({{"a", nullptr}})) == "no");
    CHECK(render(source, object({{"a", Array{}}})) == "no");
    CHECK(render(source, object({{"b", true}})) == "no");
}

TEST_CASE("an array repeats its section, and names are looked up in the item first") {
    const Value model = object({
        {"name", "outer"},
        {"items", Array{object({{"name", "first"}}), object({{"other", 1}})}},
    });
    CHECK(render("{{#items}}<{{name}}>{{/items}}", model) == "<first><outer>");
}

TEST_CASE("a dotted name reaches into objects") {
    const Value model = object({{"error", object({{"wrong", true}, {"left", 3}})}});
    CHECK(render("{{#error.wrong}}{{error.left}}{{left}}{{/error.wrong}}", model) == "3");
}

TEST_CASE("later models hide earlier ones") {
    const Value first = object({{"a", "1"}, {"b", "1"}});
    const Value second = object({{"b", "2"}});
    const auto read = Template::parse("{{a}}{{b}}", Template::Escape::html);
    CHECK(read->render({&first, &second}) == "12");
}

TEST_CASE("a section tag or comment that stands alone takes its line with it") {
    const Value model = object({{"a", true}});
    CHECK(render("x\n  {{#a}}\n  y\n  {{/a}}\nz\n", model) == "x\n  y\nz\n");
    CHECK(render("x\n{{! why }}\ny", model) == "x\ny");
    CHECK(render("{{#a}}\ny\n{{/a}}", model) == "y\n");
    CHECK(render("x {{#a}}\ny{{/a}}\n", model) == "x \ny\n");
    CHECK(render("{{#a}}{{/a}}\nz", model) == "\nz");
}

TEST_CASE("a broken template is refused and the error names the tag") {
    CHECK(error_of("{{#a}}x") == "{{#a}} is not closed");
    CHECK(error_of("{{#a}}{{#b}}{{/a}}{{/b}}") == "{{/a}} closes nothing that is open there");
    CHECK(error_of("{{/a}}") == "{{/a}} closes nothing that is open there");
    CHECK(error_of("{{a") == "a tag is not closed");
    CHECK(error_of("{{}}") == "there is an empty tag");
    CHECK(error_of("{{a b}}") == "{{a b}}: this is no name");
    CHECK(error_of("{{a..b}}") == "{{a..b}}: this is no name");
    std::string deep;
    for (int i = 0; i < 17; ++i) {
        deep += "{{#a}}";
    }
    CHECK(error_of(deep) == "sections are nested too deeply");
}

TEST_CASE("there is no tag that writes a value unescaped") {
    CHECK(error_of("{{{a}}}") == "{{{a}}: this kind of tag is not known here");
    CHECK(error_of("{{&a}}") == "{{&a}}: this kind of tag is not known here");
    CHECK(error_of("{{=<% %>=}}") == "{{=<% %>=}}: this kind of tag is not known here");
}

TEST_CASE("names that no model has are reported, hidden sections included") {
    const auto read =
        Template::parse("{{a}}{{#b}}{{c}}{{typo}}{{/b}}{{^a}}{{d}}{{/a}}", Template::Escape::html);
    const std::vector<Value> models{
        object({{"a", "1"}, {"b", Array{}}}),
        object({{"b", Array{object({{"c", 1}})}}, {"d", 1}}),
    };
    CHECK(read->unknown_names(models) == std::vector<std::string>{"typo"});
}
