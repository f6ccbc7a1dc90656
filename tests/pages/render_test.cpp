// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/render.hpp"

#include "base/json.hpp"
#include "http/request.hpp"
#include "pages/brand.hpp"
#include "pages/embedded.hpp"
#include "pages/language.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using latchkey::http::Representation;
using latchkey::http::Request;
using latchkey::json::object;
using latchkey::json::Value;
using latchkey::pages::Brand;
using latchkey::pages::Language;
using latchkey::pages::Renderer;

namespace {

using latchkey::test::contains;

std::unique_ptr<Renderer> make(Brand brand) {
    auto renderer = Renderer::create(std::move(brand));
    REQUIRE_MESSAGE(renderer.has_value(), (renderer ? "" : renderer.error().what));
    return std::move(renderer).value();
}

std::unique_ptr<Renderer> make() {
    return make({.name = "Example", .support = "help@example.com"});
}

Request request(Representation representation) {
    Request request;
    request.path = "/help";
    request.id = "BBBBBBBBBBBBBBBBBBBBBB";
    request.representation = representation;
    return request;
}

}  // namespace

TEST_CASE("a page is HTML in UTF-8, and says nothing that lets a cache keep it") {
    const auto response = make()
                              ->in(Language::en)
                              .page(
                                  request(Representation::html),
                                  "help",
                                  object({{"csrf", "c"}, {"signed_in", false}}),
                                  202
                              );
    CHECK(response.status == 202);
    CHECK(response.content_type == "text/html; charset=utf-8");
    CHECK(response.headers.empty());
    CHECK(response.body.starts_with("<!doctype html>\n<html lang=\"en\">"));
}

TEST_CASE("a request that wants JSON gets the model, exactly") {
    const Value model = object({
        {"csrf", "c"},
        {"error", object({{"code", "wrong"}, {"tries_left", 3}})},
        {"name", "<b> & \"quotes\""},
    });
    const auto response =
        make()->in(Language::en).page(request(Representation::json), "code", model, 422);
    CHECK(response.status == 422);
    CHECK(response.content_type.starts_with("application/json"));
    CHECK(response.headers.empty());
    CHECK(latchkey::json::parse(response.body).value() == model);
}

TEST_CASE("a page gets brand, support, assets and the request's id") {
    const auto renderer = make({.name = "A <b> & Co", .support = "https://example.com/help?a=1&b"});
    const auto response =
        renderer->in(Language::en)
            .page(request(Representation::html), "error", object({{"status", 404}}));
    CHECK(contains(response.body, ">A &lt;b&gt; &amp; Co</a>"));
    CHECK(contains(response.body, "href=\"https://example.com/help?a=1&amp;b\""));
    CHECK(contains(response.body, "<code>BBBBBBBBBBBBBBBBBBBBBB</code>"));
    for (const auto& asset : latchkey::pages::embedded::assets()) {
        CAPTURE(asset.name);
        if (std::string_view(asset.logical_name) == "icons.svg") continue;  // not on every page
        CHECK(contains(response.body, "\"/assets/" + std::string(asset.name) + "\""));
    }
}

TEST_CASE("a support address becomes a mail link; without one there is none") {
    const Value model = object({{"signed_in", false}});
    const auto page = [&model](Brand brand) {
        return make(std::move(brand))
            ->in(Language::en)
            .page(request(Representation::html), "help", model)
            .body;
    };
    CHECK(contains(page({.name = "E", .support = "a@b.c"}), "href=\"mailto:a@b.c\""));
    CHECK_FALSE(contains(page({.name = "E", .support = ""}), "mailto:"));
    CHECK(contains(page({.name = "E", .support = ""}), "ask whoever gave you access"));
}

TEST_CASE("support that is neither an address nor an https link is refused at start") {
    for (const char* support :
         {"javascript:alert(1)", "http://example.com", "us", "a b@c", "x:a@b", "\"a@b"}) {
        CAPTURE(support);
        CHECK_FALSE(Renderer::create({.name = "E", .support = support}).has_value());
    }
}

TEST_CASE("a mail has its parts, and only the HTML part is escaped") {
    const auto mail = make()
                          ->in(Language::en)
                          .mail(
                              "passkey_added",
                              "ada@example.com",
                              object({
                                  {"passkey", "Ada's <key>"},
                                  {"browser", "Safari on macOS"},
                                  {"when", "22 November 2026, 18:04 UTC"},
                                  {"security_url", "https://id.example.com/settings/security"},
                              })
                          );
    CHECK(mail.to == "ada@example.com");
    CHECK(mail.subject == "A passkey was added to your Example account");
    CHECK(contains(mail.text, "Passkey: Ada's <key>\n"));
    CHECK(contains(mail.text, "\nhttps://id.example.com/settings/security\n"));
    CHECK(contains(mail.html, "Passkey: Ada&#39;s &lt;key&gt;<"));
    CHECK(contains(mail.html, "href=\"https://id.example.com/settings/security\""));
}

TEST_CASE("a subject is one line, whatever the brand or a value holds (header injection)") {
    const auto mail = make({.name = "E\r\nBcc: all@example.com", .support = ""})
                          ->in(Language::en)
                          .mail("code", "ada@example.com", object({{"code", "12345678"}}));
    CHECK(std::ranges::none_of(mail.subject, [](char c) {
        return static_cast<unsigned char>(c) < 0x20;
    }));
    CHECK(mail.subject.starts_with("12345678 is your code"));
}

TEST_CASE("an answer is plain text with its values") {
    const auto renderer = make();
    CHECK(
        renderer->in(Language::en).answer("too_many", object({{"wait", "10 minutes"}})) ==
        "Too many tries. Wait 10 minutes, or use another way to sign in."
    );
}

TEST_CASE("threads share a renderer") {
    const auto renderer = make();
    const Request asked = request(Representation::html);
    const auto page = [&](int number) {
        const Value model = object({{"masked_email", "ada" + std::to_string(number)}});
        return renderer->in(Language::en).page(asked, "code", model).body;
    };
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&page, &wrong, number, expected = page(number)] {
            for (int i = 0; i < 50; ++i) {
                if (page(number) != expected) ++wrong;
            }
        });
    }
    threads.clear();
    CHECK(wrong == 0);
}

TEST_CASE("a page names its language and leads to itself in the others, with its own query") {
    const auto renderer = make();
    Request asked = request(Representation::html);
    asked.target = "/help?a=1&ui_locales=fr&b=%22%3C";
    asked.query = latchkey::http::parse_form("a=1&ui_locales=fr&b=%22%3C").value();
    const Value model = object({{"csrf", "c"}, {"signed_in", false}});
    const std::string german = renderer->in(Language::de).page(asked, "help", model).body;
    CHECK(german.starts_with("<!doctype html>\n<html lang=\"de\">"));
    CHECK(contains(
        german,
        "<a href=\"/help?a=1&amp;b=%22%3C&amp;ui_locales=ja\" hreflang=\"ja\" "
        "lang=\"ja\">日本語</a>"
    ));
    asked.method = latchkey::http::Method::post;
    CHECK_FALSE(contains(renderer->in(Language::de).page(asked, "help", model).body, "hreflang"));
}
