// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/purpose.hpp"

#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/request.hpp"
#include "pages/site.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::pages {
namespace {

const Site& site() {
    static const Site value{
        .origin = "https://id.example.com",
        .rp_id = "example.com",
        .return_to = {"https://app.example.com", "https://other.example.net:8443"},
    };
    return value;
}

http::Form query(std::vector<std::pair<std::string, std::string>> fields) {
    return http::Form(std::move(fields));
}

TEST_CASE("A sign-in may return to a path of ours and to an allowed origin") {
    constexpr std::array<std::string_view, 10> allowed{
        "/",
        "/settings/security",
        "/settings/passkeys/abc/remove?x=1#y",
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/a/b?c=d#e",
        "https://app.example.com?x",
        "https://app.example.com#x",
        "https://other.example.net:8443/x",
        "/a?next=https://evil.test",
    };
    for (const std::string_view target : allowed) {
        CAPTURE(target);
        CHECK(may_return_to(target, site()));
    }
}

namespace {

constexpr std::array<std::string_view, 86> refused{
    "",
    " ",
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "/\r/evil.test",
    "\t//evil.test",
    " //evil.test",
    "/ /evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https:///evil.test",
    "https:\\\\evil.test",
    "http://app.example.com",
    "http://app.example.com/",
    "HTTPS://app.example.com",
    "https://APP.example.com",
    "https://evil.test",
    "https://evil.test/https://app.example.com",
    "https://evil.test?https://app.example.com",
    "https://evil.test#https://app.example.com",
    "https://app.example.com.evil.test",
    "https://app.example.comevil.test",
    "https://app.example.com-evil.test",
    "https://app.example.com@evil.test",
    "https://app.example.com:@evil.test",
    "https://app.example.com:443@evil.test",
    "https://app.example.com%40evil.test",
    "https://app.example.com%2eevil.test",
    "https://app.example.com%00.evil.test",
    "https://app.example.com:8443",
    "https://app.example.com:443",
    "https://app.example.com:80/",
    "https://app.example.com.",
    "https://app.example.com./",
    "https://app.example.com\\@evil.test",
    "https://app.example.com\\.evil.test",
    "https://app.example.com;evil.test",
    "https://app.example.com,evil.test",
    "https://app.example.com evil.test",
    "https://app.example.com\tevil.test",
    "https://app.example.com\n.evil.test",
    "https://user@app.example.com",
    "https://user:password@app.example.com",
    "https://@app.example.com",
    "https://evil.test@app.example.com",
    "https://evil.test\\@app.example.com",
    "https://evil.test%23@app.example.com",
    "https://xapp.example.com",
    "https://app.example.co",
    "https://app.example",
    "https://example.com",
    "https://other.example.net",
    "https://other.example.net:844",
    "https://other.example.net:84433",
    "https://other.example.net:8443.evil.test",
    "https://other.example.net:8443@evil.test",
    "https://id.example.com.evil.test",
    "javascript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://app.example.com/x",
    "about:blank",
    "ftp://app.example.com/",
    "ws://app.example.com/",
    "settings/security",
    "./settings",
    "../settings",
    "?x",
    "#x",
    "@evil.test",
    ".evil.test",
    "app.example.com",
    "/\"onmouseover=alert(1)",
    "/<script>",
    "/\x7f",
    "/\xc3\xa9",
};

}  // namespace

TEST_CASE("T22: a sign-in never returns elsewhere") {
    for (const std::string_view target : refused) {
        CAPTURE(target);
        CHECK_FALSE(may_return_to(target, site()));
    }
    CHECK_FALSE(may_return_to("/" + std::string(1'024, 'a'), site()));
    CHECK_FALSE(may_return_to(std::string_view("/a\0b", 4), site()));
}

TEST_CASE("What is not allowed is left out of a purpose") {
    const auto purpose = read_purpose(
        query({{"intent", "steal"}, {"replaces", "short"}, {"return_to", "https://evil.test"}}),
        site()
    );
    CHECK(purpose.intent == accounts::Intent::sign_in);
    CHECK_FALSE(purpose.replaces.has_value());
    CHECK(purpose.return_to.empty());
}

TEST_CASE("A passkey is replaced only by adding one") {
    const std::string id(22, 'a');
    CHECK_FALSE(read_purpose(query({{"replaces", id}}), site()).replaces.has_value());
    const auto purpose = read_purpose(query({{"intent", "add-passkey"}, {"replaces", id}}), site());
    CHECK(purpose.intent == accounts::Intent::add_passkey);
    CHECK(purpose.replaces == accounts::PublicId(id));
}

TEST_CASE("A purpose survives its JSON form") {
    const accounts::Purpose purpose{
        .intent = accounts::Intent::add_passkey,
        .replaces = accounts::PublicId(std::string(22, 'b')),
        .return_to = "/settings/security",
    };
    const auto back = purpose_from_json(to_json(purpose));
    REQUIRE(back.has_value());
    CHECK(back->intent == purpose.intent);
    CHECK(back->replaces == purpose.replaces);
    CHECK(back->return_to == purpose.return_to);
    CHECK_FALSE(purpose_from_json(json::object({{"intent", "x"}, {"return_to", ""}})).has_value());
    CHECK_FALSE(purpose_from_json(json::object({{"intent", "confirm"}})).has_value());
}

}  // namespace
}  // namespace latchkey::pages
