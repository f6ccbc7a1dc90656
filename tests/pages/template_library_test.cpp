// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/template_library.hpp"

#include "base/json.hpp"

#include <string>

#include <doctest/doctest.h>

using latchkey::json::object;
using latchkey::json::Value;
using latchkey::pages::load_templates;
using latchkey::pages::SourceFiles;

namespace {

SourceFiles files() {
    return {
        {"templates/_head.mustache", "<title>{{t.a.title}}</title>\n"},
        {"templates/a.mustache", "{{>head}}\n<p>{{t.a.words}}</p>\n"},
        {"mail/hello.subject.mustache", "{{t.mail.subject}}\n"},
        {"mail/hello.text.mustache", "{{t.mail.words}}\n"},
        {"mail/hello.html.mustache", "<p>{{t.mail.words}}</p>\n"},
        {"texts/en.json",
         R"({"a.title": "A & B", "a.words": "{{name}} > 1", "mail.subject": "Hi {{name}}",
             "mail.words": "\"{{name}}\"", "answer.gone": "Gone, {{name}}."})"},
    };
}

std::string error_of(const SourceFiles& broken) {
    const auto library = load_templates(broken, "en");
    return library ? "" : library.error();
}

}  // namespace

TEST_CASE("partials and texts are put in place, texts escaped for what is around them") {
    const auto library = load_templates(files(), "en");
    REQUIRE_MESSAGE(library.has_value(), (library ? "" : library.error()));
    const Value model = object({{"name", "<Ada>"}});
    CHECK(
        library->pages.at("a").render({&model}) ==
        "<title>A &amp; B</title>\n<p>&lt;Ada&gt; &gt; 1</p>\n"
    );
    const auto& mail = library->mails.at("hello");
    CHECK(mail.subject.render({&model}) == "Hi <Ada>\n");
    CHECK(mail.text.render({&model}) == "\"<Ada>\"\n");
    CHECK(mail.html.render({&model}) == "<p>&quot;&lt;Ada&gt;&quot;</p>\n");
    CHECK(library->answers.at("gone").render({&model}) == "Gone, <Ada>.");
}

TEST_CASE("a missing text is an error that names file and text") {
    auto broken = files();
    broken["templates/a.mustache"] = "{{>head}}{{t.a.words}}{{t.a.typo}}";
    CHECK(error_of(broken) == "templates/a.mustache: there is no text a.typo");
}

TEST_CASE("an unused text or partial is an error") {
    auto broken = files();
    broken["templates/a.mustache"] = "{{>head}}";
    CHECK(error_of(broken) == "text a.words is not used");
    broken = files();
    broken["templates/_more.mustache"] = "x";
    CHECK(error_of(broken) == "templates/_more.mustache is not used");
    broken = files();
    broken.erase("mail/hello.subject.mustache");
    CHECK(error_of(broken) == "mail/hello.html.mustache is not used");
}

TEST_CASE("a missing part of a mail, partial or catalogue is an error") {
    auto broken = files();
    broken.erase("mail/hello.text.mustache");
    CHECK(error_of(broken) == "mail/hello.text.mustache is missing");
    broken = files();
    broken.erase("templates/_head.mustache");
    CHECK(error_of(broken) == "templates/_head.mustache is missing");
    CHECK(load_templates(files(), "tlh").error() == "texts/tlh.json is missing");
}

TEST_CASE("a partial that holds itself is an error, not an endless loop") {
    auto broken = files();
    broken["templates/_head.mustache"] = "{{>head}}";
    CHECK(error_of(broken) == "templates/_head.mustache: partials are nested too deeply");
}

TEST_CASE("a text may hold values and nothing else") {
    const std::string error = "templates/a.mustache: text a.words: only values may stand in a text";
    for (const std::string text :
         {"{{#a}}x{{/a}}", "{{>head}}", "{{{name}}}", "{{t.a.title}}", "{{! x}}"}) {
        CAPTURE(text);
        auto broken = files();
        broken.erase("mail/hello.subject.mustache");  // mails are read before pages
        broken["texts/en.json"] =
            latchkey::json::write(object({{"a.title", "x"}, {"a.words", text}}));
        CHECK(error_of(broken) == error);
    }
}

TEST_CASE("a catalogue that is not an object of texts is an error") {
    for (const std::string content :
         {"", "[]", R"({"a": 1})", R"({"a": ""})", R"({"a": "x", "a": "y"})"}) {
        CAPTURE(content);
        auto broken = files();
        broken["texts/en.json"] = content;
        CHECK(error_of(broken).starts_with("texts/en.json"));
    }
}

TEST_CASE("an error in a template names the file") {
    auto broken = files();
    broken["templates/a.mustache"] = "{{>head}}{{t.a.words}}{{#b}}";
    CHECK(error_of(broken) == "templates/a.mustache: {{#b}} is not closed");
}
