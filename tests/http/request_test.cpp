// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/request.hpp"

#include "base/encoding.hpp"
#include "http/limits.hpp"
#include "latchkey/bytes.hpp"
#include "support/http_client.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

using http::parse_accept;
using http::parse_cookies;
using http::parse_form;
using http::Representation;
using http::Request;

TEST_CASE("a form is read as browsers write it") {
    const auto form =
        parse_form("email=ada%40example.com&name=Ada+L&empty=&bare&u=%E2%9C%93&a=b=c");
    REQUIRE(form.has_value());
    CHECK(form->get("email") == "ada@example.com");
    CHECK(form->get("name") == "Ada L");
    CHECK(form->get("u") == "\u2713");
    CHECK(form->get("a") == "b=c");
    CHECK(form->find("empty") != nullptr);
    CHECK(form->get("bare").empty());
    CHECK(form->find("absent") == nullptr);
    CHECK(form->get("absent").empty());
    CHECK(form->fields().size() == 6);
    CHECK(parse_form("")->fields().empty());
    CHECK(parse_form("&&a=1&&")->fields().size() == 1);
}

TEST_CASE("a form that can be read in two ways is refused") {
    using std::string_view_literals::operator""sv;
    for (const auto text :
         {"a=1&a=2"sv,
          "a=1&%61=2"sv,
          "a=%"sv,
          "a=%4"sv,
          "a=%zz"sv,
          "a=%00"sv,
          "a=\0"sv,
          "=1"sv,
          "%0a=1"sv,
          "%7f=1"sv,
          "a=%ff"sv,
          "a=%c0%af"sv,
          "a=%ed%a0%80"sv}) {
        CAPTURE(text);
        CHECK_FALSE(parse_form(text).has_value());
    }
}

TEST_CASE("a form has at most 32 fields and 64 KiB (T37)") {
    std::string fields;
    for (int i = 0; i < 32; ++i) {
        fields += "f" + std::to_string(i) + "=&";
    }
    CHECK(parse_form(fields)->fields().size() == 32);
    CHECK_FALSE(parse_form(fields + "one_more=").has_value());

    const auto of_size = [](std::size_t size) { return "a=" + std::string(size - 2, 'x'); };
    CHECK(parse_form(of_size(65'536)).has_value());
    CHECK_FALSE(parse_form(of_size(65'537)).has_value());
}

TEST_CASE("every form that a browser can write is read back") {
    CHECK(rc::check([](const std::vector<std::string>& texts) {
        std::map<std::string, std::string> fields;
        for (const auto& text : texts) {
            if (fields.size() < http::limits::form_fields)
                fields["n" + hex_encode(bytes_of(text))] = hex_encode(bytes_of(text)) + " &=%+";
        }
        const Fields given(fields.begin(), fields.end());
        const auto form = parse_form(encode_form(given));
        RC_ASSERT(form.has_value());
        RC_ASSERT(form->fields() == given);
    }));
}

TEST_CASE("no bytes make the form parser do more than refuse") {
    CHECK(rc::check([](const std::string& bytes) {
        const auto form = parse_form(bytes);
        if (!form) return;
        for (const auto& [name, value] : form->fields()) {
            RC_ASSERT(is_utf8(name) && is_utf8(value));
            RC_ASSERT(!name.empty());
        }
    }));
}

TEST_CASE("cookies are split at semicolons and never unquoted") {
    const auto cookies = parse_cookies("__Host-s=a.b-c; theme=\"dark;x\"; odd; =nameless; e=");
    REQUIRE(cookies.has_value());
    const std::vector<std::pair<std::string, std::string>> expected{
        {"__Host-s", "a.b-c"}, {"theme", "\"dark"}, {"e", ""}
    };
    CHECK(*cookies == expected);
}

TEST_CASE("T14: a cookie that was sent twice counts as none, wherever the second came from") {
    Request request;
    request.cookies = parse_cookies("__Host-s=mine; a=1; __Host-s=tossed").value();
    CHECK(request.cookie("__Host-s") == nullptr);
    REQUIRE(request.cookie("a") != nullptr);
    CHECK(*request.cookie("a") == "1");
    CHECK(request.cookie("b") == nullptr);
}

TEST_CASE("at most 128 cookies are read (T37)") {
    std::string text;
    for (int i = 0; i < 128; ++i) {
        text += "c" + std::to_string(i) + "=1; ";
    }
    CHECK(parse_cookies(text)->size() == 128);
    CHECK_FALSE(parse_cookies(text + "one_more=1").has_value());
}

TEST_CASE("JSON is answered only to who names it before HTML") {
    CHECK(parse_accept("application/json") == Representation::json);
    CHECK(parse_accept("Application/JSON; q=0.9, text/html") == Representation::json);
    CHECK(parse_accept("text/html,application/json") == Representation::html);
    CHECK(parse_accept("application/xhtml+xml, application/json") == Representation::html);
    CHECK(parse_accept("image/png, application/json") == Representation::json);
    CHECK(parse_accept("*/*") == Representation::html);
    CHECK(parse_accept("") == Representation::html);
    CHECK(parse_accept("application/jsonp") == Representation::html);
}

}  // namespace latchkey::test
