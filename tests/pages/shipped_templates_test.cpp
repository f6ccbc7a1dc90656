// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// What holds for every template that we ship, with every model variant of web/preview.
#include "base/json.hpp"
#include "pages/embedded.hpp"
#include "pages/language.hpp"
#include "pages/template.hpp"
#include "pages/template_library.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace json = latchkey::json;
using latchkey::pages::SourceFiles;
using latchkey::pages::Template;
using latchkey::pages::TemplateLibrary;

namespace doctest {

template <>
struct StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& text : texts) {
            all += text + ' ';
        }
        return {all.data(), static_cast<unsigned>(all.size())};
    }
};

}  // namespace doctest

namespace {

constexpr const char* hostile = "\"'`><img src=x onerror=alert(1)><!--</title></script>{{csrf}}";

json::Value read(const std::string& name) {
    std::ifstream file(LATCHKEY_SOURCE_DIR "/web/preview/" + name);
    REQUIRE_MESSAGE(file.good(), name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto value = json::parse(text);
    REQUIRE_MESSAGE(value.has_value(), name);
    return std::move(value).value();
}

SourceFiles sources() {
    SourceFiles files;
    for (const auto& source : latchkey::pages::embedded::sources()) {
        files.emplace(source.name, source.content.view());
    }
    return files;
}

TemplateLibrary load(std::string_view language) {
    auto result = latchkey::pages::load_templates(sources(), language);
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error()));
    return std::move(result).value();
}

const TemplateLibrary& library() {
    static const TemplateLibrary loaded = load("en");
    return loaded;
}

/// For each `begin` in `code`, the string literals that stand between it and the next `end`.
std::vector<std::vector<std::string>> literals(
    std::string_view code, std::string_view begin, char end
) {
    std::vector<std::vector<std::string>> all;
    for (auto at = code.find(begin); at != std::string_view::npos; at = code.find(begin, at + 1)) {
        std::string_view part = code.substr(at, code.find(end, at) - at);
        auto& found = all.emplace_back();
        for (auto open = part.find('"'); open != std::string_view::npos; open = part.find('"')) {
            part.remove_prefix(open + 1);
            found.emplace_back(part.substr(0, part.find('"')));
            part.remove_prefix(part.find('"') + 1);
        }
    }
    return all;
}

/// The model as a template sees it: with what the renderer adds.
json::Value with_page(json::Value model) {
    if (model.find("alert") == nullptr) model.set("alert", false);
    model.set(
        "page",
        json::object({
            {"brand", "Example"},
            {"support", "help@example.com"},
            {"support_href", "mailto:help@example.com"},
            {"privacy", "https://www.example.com/privacy"},
            {"terms", "https://www.example.com/terms"},
            {"logo", "/assets/brand.svg"},
            {"css", "/assets/app.css"},
            {"brand_css", "/assets/brand.css"},
            {"js", "/assets/app.js"},
            {"icons", "/assets/icons.svg"},
            {"favicon", "/assets/favicon.svg"},
            {"language", "en"},
            {"languages",
             json::Array{
                 json::object({{"tag", "de"}, {"name", "Deutsch"}, {"href", "/help?ui_locales=de"}})
             }},
            {"request_id", "AAAAAAAAAAAAAAAAAAAAAA"},
        })
    );
    return model;
}

/// The same model with every non-empty text made hostile.
json::Value made_hostile(const json::Value& value) {
    if (const std::string* text = value.as_string()) return text->empty() ? value : hostile;
    if (const json::Array* items = value.as_array()) {
        json::Array out;
        for (const json::Value& item : *items) {
            out.push_back(made_hostile(item));
        }
        return out;
    }
    if (const json::Object* members = value.as_object()) {
        json::Object out;
        for (const auto& [key, member] : *members) {
            out.emplace_back(key, made_hostile(member));
        }
        return out;
    }
    return value;
}

/// The tags of a page with the names of their attributes, as a parser sees them: values, which
/// must be quoted, are left out.
std::vector<std::string> structure_of(std::string_view html) {
    std::vector<std::string> tags;
    for (auto open = html.find('<'); open != std::string_view::npos; open = html.find('<', open)) {
        std::string tag;
        auto at = open + 1;
        for (; at < html.size() && html[at] != '>'; ++at) {
            if (html[at] == '"') {
                at = html.find('"', at + 1);
                REQUIRE(at != std::string_view::npos);
            } else {
                CHECK(html[at] != '<');
                tag += html[at];
            }
        }
        tags.push_back(std::move(tag));
        open = at;
    }
    return tags;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// Calls `check(name, variant, template, model)` for each page and each of its variants.
template <class Check>
void for_each_page(const Check& check) {
    const json::Value models = read("models.json");
    for (const auto& [name, page] : library().pages) {
        CAPTURE(name);
        const json::Value* variants = models.find(name);
        REQUIRE(variants != nullptr);
        for (const auto& [variant, model] : *variants->as_object()) {
            CAPTURE(variant);
            check(page, with_page(model));
        }
    }
}

}  // namespace

TEST_CASE("every page has one h1, a language, a title, landmarks and the same way to help") {
    for_each_page([](const Template& page, const json::Value& model) {
        const std::string html = page.render({&model});
        CHECK(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
        CHECK(count(html, "<h1") == 1);
        CHECK(count(html, "<title></title>") == 0);
        CHECK(count(html, "<main") == 1);
        CHECK(count(html, "<header") == 1);
        CHECK(count(html, "<footer") == 1);
        CHECK(count(html, "<a href=\"/help\">Help</a>") == 1);
        CHECK(count(html, "{{") == 0);
    });
}

TEST_CASE("every language has the same structure, and other words, on every page") {
    const json::Value models = read("models.json");
    for (const auto language : latchkey::pages::languages) {
        if (language == latchkey::pages::Language::en) continue;
        CAPTURE(latchkey::pages::tag_of(language));
        const TemplateLibrary other = load(latchkey::pages::tag_of(language));
        for (const auto& [name, page] : library().pages) {
            for (const auto& [variant, plain] : *models.find(name)->as_object()) {
                CAPTURE(name);
                CAPTURE(variant);
                const json::Value model = with_page(plain);
                const std::string html = other.pages.at(name).render({&model});
                CHECK(structure_of(html) == structure_of(page.render({&model})));
                CHECK(html != page.render({&model}));
            }
        }
    }
}

TEST_CASE("the answers and the words of every language take the same values") {
    for (const auto language : latchkey::pages::languages) {
        const TemplateLibrary other = load(latchkey::pages::tag_of(language));
        CHECK(other.answers.size() == library().answers.size());
        CHECK(other.words.size() == library().words.size());
        CHECK(other.mails.size() == library().mails.size());
    }
}

TEST_CASE("every page of a signed-in person has the way out") {
    for_each_page([](const Template& page, const json::Value& model) {
        const bool signed_in = *model.find("signed_in")->as_bool();
        CHECK(count(page.render({&model}), "action=\"/sign-out\"") == (signed_in ? 1U : 0U));
    });
}

TEST_CASE("every form that posts carries the CSRF token (T15)") {
    for_each_page([](const Template& page, const json::Value& model) {
        const std::string html = page.render({&model});
        CHECK(count(html, "<form") == count(html, "method=\"post\""));
        CHECK(count(html, "<form") == count(html, "name=\"csrf\" value=\"c\""));
    });
}

TEST_CASE("hostile values change nothing but text and attribute values of a page (V3 3.2.2)") {
    for_each_page([](const Template& page, const json::Value& model) {
        const json::Value bad = made_hostile(model);
        CHECK(structure_of(page.render({&bad})) == structure_of(page.render({&model})));
    });
}

TEST_CASE("hostile values change nothing but text and attribute values of a mail") {
    const json::Value models = read("mails.json");
    for (const auto& [name, mail] : library().mails) {
        CAPTURE(name);
        const json::Value good = with_page(*models.find(name));
        const json::Value bad = made_hostile(good);
        CHECK(mail.html.render({&bad}).find("<img") == std::string::npos);
        CHECK(count(mail.html.render({&bad}), "<") == count(mail.html.render({&good}), "<"));
        CHECK(count(mail.html.render({&bad}), "\"") == count(mail.html.render({&good}), "\""));
    }
}

TEST_CASE("every name that a template asks for is one that a model has") {
    const std::vector<std::string> none;
    const json::Value pages = read("models.json");
    for (const auto& [name, page] : library().pages) {
        CAPTURE(name);
        std::vector<json::Value> models;
        for (const auto& [variant, model] : *pages.find(name)->as_object()) {
            models.push_back(with_page(model));
        }
        CHECK(page.unknown_names(models) == none);
    }
    const json::Value mails = read("mails.json");
    for (const auto& [name, mail] : library().mails) {
        CAPTURE(name);
        REQUIRE(mails.find(name) != nullptr);
        const std::vector<json::Value> models{with_page(*mails.find(name))};
        CHECK(mail.subject.unknown_names(models) == none);
        CHECK(mail.text.unknown_names(models) == none);
        CHECK(mail.html.unknown_names(models) == none);
    }
}

TEST_CASE("every error code of the handlers has its words") {
    std::set<std::string> codes;
    for (const auto& file : std::filesystem::directory_iterator(LATCHKEY_SOURCE_DIR "/src/pages")) {
        if (file.path().extension() != ".cpp") continue;
        std::ifstream stream(file.path());
        const std::string code{std::istreambuf_iterator<char>(stream), {}};
        for (const char* begin : {".code = \"", ".code = is_"}) {
            for (const auto& found : literals(code, begin, ',')) {
                codes.insert(found.begin(), found.end());
            }
        }
        for (const auto& found : literals(code, "respond_error(", ';')) {
            if (!found.empty()) codes.insert(found.front());  // the reason for the log follows
        }
    }
    CHECK(codes.contains("passkey_refused"));
    CHECK(codes.contains("csrf"));
    for (const std::string& code : codes) {
        CAPTURE(code);
        CHECK(library().answers.contains(code));
    }
}

TEST_CASE("page templates quote every value, run no code of their own and load nothing foreign") {
    for_each_page([](const Template& page, const json::Value& model) {
        for (const std::string& tag : structure_of(page.render({&model}))) {
            CAPTURE(tag);
            CHECK(tag.find(" style") == std::string::npos);
            CHECK(tag.find(" on") == std::string::npos);
            CHECK((!tag.starts_with("script") || tag == "script type= src="));
            CHECK(!tag.starts_with("style"));
            // Each `=` of a tag was followed by a quoted value.
            for (auto at = tag.find('='); at != std::string::npos; at = tag.find('=', at + 1)) {
                CHECK((at + 1 == tag.size() || tag[at + 1] == ' '));
            }
        }
    });
    for (const auto& [name, content] : sources()) {
        if (!name.starts_with("templates/")) continue;
        CAPTURE(name);
        for (const char* foreign : {"\"http", "\"//", "javascript:", "data:"}) {
            CHECK(content.find(foreign) == std::string::npos);
        }
    }
}

TEST_CASE("an error page says what to do and carries the reference") {
    const json::Value model = with_page(*read("models.json").find("error")->find("failed"));
    const std::string html = library().pages.at("error").render({&model});
    CHECK(count(html, "<code>AAAAAAAAAAAAAAAAAAAAAA</code>") == 1);
    CHECK(count(html, "href=\"/sign-in\"") == 1);
}

TEST_CASE("the sign-in page lets password managers in and keeps the e-mail that was typed") {
    const json::Value model =
        with_page(*read("models.json").find("sign_in")->find("email_invalid"));
    const std::string html = library().pages.at("sign_in").render({&model});
    CHECK(count(html, "autocomplete=\"username webauthn\"") == 1);
    CHECK(count(html, "value=\"ada@\"") == 1);
    CHECK(count(html, "aria-describedby=\"email-error\"") == 1);
    CHECK(count(html, "id=\"email-error\"") == 1);
    CHECK(html.find("Continue with Passkey") < html.find("type=\"email\""));
}

TEST_CASE("the code has one input, for one-time codes, never of type number or password (WCAG F109)"
) {
    const json::Value model = with_page(*read("models.json").find("code")->find("wrong"));
    const std::string html = library().pages.at("code").render({&model});
    CHECK(count(html, "autocomplete=\"one-time-code\"") == 1);
    CHECK(count(html, "<input class=\"code\"") == 1);
    CHECK(count(html, "inputmode=\"numeric\"") == 1);
    CHECK(count(html, "type=\"number\"") + count(html, "type=\"password\"") == 0);
    CHECK(count(html, "aria-describedby=\"code-hint code-error\"") == 1);
}

TEST_CASE("the code stands first in the subject of its mail, and once in the text part") {
    const json::Value model = with_page(*read("mails.json").find("code"));
    const auto& mail = library().mails.at("code");
    CHECK(mail.subject.render({&model}).starts_with("12345678 "));
    CHECK(count(mail.text.render({&model}), "12345678") == 1);
}
