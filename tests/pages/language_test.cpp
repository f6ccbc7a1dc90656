// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/language.hpp"

#include "http/request.hpp"
#include "pages/cookies.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::pages {
namespace {

TEST_CASE("ui_locales: the first that we have, by lookup (RFC 4647 section 3.4)") {
    CHECK(language_of_locales("de") == Language::de);
    CHECK(language_of_locales("de-AT") == Language::de);
    CHECK(language_of_locales("FR-ca de") == Language::fr);
    CHECK(language_of_locales("tlh nl ja-JP") == Language::ja);
    CHECK(language_of_locales("  es") == Language::es);
    for (const char* none : {"", " ", "tlh", "*", "d", "deu", "-de", "de_AT"}) {
        CAPTURE(none);
        CHECK(language_of_locales(none) == std::nullopt);
    }
}

TEST_CASE("Accept-Language: by weight, then by order (RFC 9110 section 12.5.4)") {
    CHECK(language_of_header("de") == Language::de);
    CHECK(language_of_header("de-CH, fr;q=0.9") == Language::de);
    CHECK(language_of_header("fr;q=0.8, de;q=0.9, en;q=0.7") == Language::de);
    CHECK(language_of_header("nl, fr;q=0.5 ,es;q=0.5") == Language::fr);
    CHECK(language_of_header("ja;Q=1.000") == Language::ja);
    CHECK(language_of_header("de ; q=0.001") == Language::de);
}

TEST_CASE("Accept-Language: what is not wanted, not known or malformed is skipped") {
    CHECK(language_of_header("de;q=0, en;q=0.1") == Language::en);
    for (const char* none :
         {"",
          "*",
          "nl",
          "de;q=0.000",
          "de;q=1.1",
          "de;q=1.001",
          "de;q=.5",
          "de;q=0.1234",
          "de;q=x",
          "de;q=",
          "de;v=1",
          "de;q=00",
          ",;,",
          "de;q=0.5;q=1"}) {
        CAPTURE(none);
        CHECK(language_of_header(none) == std::nullopt);
    }
}

TEST_CASE("A list is looked at up to its 32nd range") {
    std::string many;
    for (int i = 0; i < 31; ++i) {
        many += "nl,";
    }
    CHECK(language_of_header(many + "de") == Language::de);
    CHECK(language_of_header(many + "nl,de") == std::nullopt);
}

http::Request request(const char* ui_locales, const char* cookie, const char* header) {
    http::Request request;
    if (ui_locales != nullptr) {
        request.query = http::parse_form(std::string("ui_locales=") + ui_locales).value();
    }
    if (cookie != nullptr) {
        request.cookies.emplace_back(std::string(cookie_names::language), cookie);
    }
    if (header != nullptr) request.headers.emplace_back("accept-language", header);
    return request;
}

TEST_CASE("The query is stronger than the cookie, the cookie than the header, none is English") {
    CHECK(language_for(request("fr", "es", "ja")) == Language::fr);
    CHECK(language_for(request(nullptr, "es", "ja")) == Language::es);
    CHECK(language_for(request(nullptr, nullptr, "ja")) == Language::ja);
    CHECK(language_for(request(nullptr, nullptr, nullptr)) == Language::en);
    CHECK(language_for(request("tlh", "es", "ja")) == Language::es);
    CHECK(language_for(request(nullptr, "tlh", "ja")) == Language::ja);
    CHECK(language_for(request(nullptr, "de-AT", nullptr)) == Language::en);  // not a tag of ours
    CHECK(chosen_language(request("de", nullptr, nullptr)) == Language::de);
    CHECK(chosen_language(request(nullptr, "de", "de")) == std::nullopt);
}

TEST_CASE("The address in another language keeps the rest of the query") {
    const auto in_japanese = [](const std::string& query) {
        return target_in(
            Language::ja, {.target = "/sign-in?" + query, .query = http::parse_form(query).value()}
        );
    };
    CHECK(target_in(Language::de, {.target = "/sign-in"}) == "/sign-in?ui_locales=de");
    CHECK(
        in_japanese("intent=add-passkey&ui_locales=fr&replaces=x") ==
        "/sign-in?intent=add-passkey&replaces=x&ui_locales=ja"
    );
    CHECK(in_japanese("a=b%26c+d&&e") == "/sign-in?a=b%26c%20d&e=&ui_locales=ja");
}

TEST_CASE("The address in another language has its name once, however it was written before") {
    const auto query = http::parse_form("ui%5Flocales=fr").value();
    const http::Request request{.target = "/sign-in?ui%5Flocales=fr", .query = query};
    CHECK(target_in(Language::ja, request) == "/sign-in?ui_locales=ja");
}

TEST_CASE("property: any header leads to a language that we have or to none") {
    CHECK(rc::check("Accept-Language", [](const std::string& text) {
        const auto language = language_of_header(text);
        RC_ASSERT(!language || language_with_tag(tag_of(*language)) == language);
    }));
}

}  // namespace
}  // namespace latchkey::pages
