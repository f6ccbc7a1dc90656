// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "support/http_client.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::string_view_literals;

/// Addresses that lead elsewhere, or would in some browser, parser or proxy. The allow-list has
/// "https://app.example.com" and nothing else.
constexpr std::array elsewhere{
    // Plainly elsewhere.
    "https://evil.example"sv,
    "https://evil.example/"sv,
    "http://evil.example"sv,
    "ftp://app.example.com/"sv,
    "http://app.example.com/"sv,
    "ws://app.example.com/"sv,
    // Without a scheme.
    "//evil.example"sv,
    "///evil.example"sv,
    "////evil.example"sv,
    "//evil.example/%2e%2e"sv,
    "//app.example.com"sv,
    R"(/\evil.example)"sv,
    R"(/\/evil.example)"sv,
    R"(\/evil.example)"sv,
    R"(\\evil.example)"sv,
    "/\t/evil.example"sv,
    "/\n/evil.example"sv,
    "/\r/evil.example"sv,
    "\t//evil.example"sv,
    " //evil.example"sv,
    "//evil.example "sv,
    "evil.example"sv,
    "app.example.com"sv,
    "./evil"sv,
    "../evil"sv,
    "?return_to=https://evil.example"sv,
    "#https://evil.example"sv,
    "@evil.example"sv,
    ":80"sv,
    // Slashes that are missing or too many.
    "https:evil.example"sv,
    "https:/evil.example"sv,
    "https:///evil.example"sv,
    "https:////evil.example"sv,
    R"(https:\\evil.example)"sv,
    R"(https:\/\/evil.example)"sv,
    "https:app.example.com"sv,
    "https:/app.example.com"sv,
    "https:///app.example.com"sv,
    R"(https:\\app.example.com)"sv,
    // User names, ports and longer hosts behind a name that is allowed.
    "https://app.example.com@evil.example"sv,
    "https://app.example.com:x@evil.example"sv,
    "https://app.example.com@evil.example@evil.example/"sv,
    "https://a@app.example.com"sv,
    "https://a:b@app.example.com/"sv,
    "https://evil.example@app.example.com/"sv,
    "https://@app.example.com"sv,
    "https://app.example.com:443@evil.example"sv,
    "https://app.example.com:8443"sv,
    "https://app.example.com:443"sv,
    "https://app.example.com:"sv,
    "https://app.example.com.evil.example"sv,
    "https://app.example.com."sv,
    "https://app.example.com..evil.example"sv,
    "https://app.example.comevil.example"sv,
    "https://app.example.com-evil.example"sv,
    "https://app.example.com%2eevil.example"sv,
    "https://app.example.com%00.evil.example"sv,
    "https://app.example.com%40evil.example"sv,
    "https://app.example.com%2f@evil.example"sv,
    R"(https://app.example.com\@evil.example)"sv,
    R"(https://app.example.com\.evil.example)"sv,
    "https://app.example.com\t.evil.example"sv,
    "https://app.example.com\n.evil.example"sv,
    "https://app.example.com;.evil.example"sv,
    "https://app.example.com,evil.example"sv,
    "https://app.example.com&evil.example"sv,
    "https://app.example.com\xe3\x80\x82"
    "evil.example"sv,
    // The name somewhere else.
    "https://evil.example/https://app.example.com"sv,
    "https://evil.example?https://app.example.com"sv,
    "https://evil.example#https://app.example.com"sv,
    "https://evil.example/.app.example.com"sv,
    "https://evilapp.example.com"sv,
    "https://sub.app.example.com"sv,
    "https://example.com"sv,
    "https://app.example.com.evil.example/https://app.example.com"sv,
    // Other spellings of the name: compared exactly.
    "HTTPS://app.example.com/"sv,
    "https://APP.example.com/"sv,
    "https://app.ex%61mple.com/"sv,
    "https://app\xe2\x80\x8b.example.com/"sv,
    "https://\xef\xbd\x81pp.example.com/"sv,
    "https://[::1]/"sv,
    "https://127.0.0.1/"sv,
    "https://2130706433/"sv,
    "http://localhost:8080/"sv,
    "http://localhost:8080@evil.example/"sv,
    // Schemes that run something.
    "javascript:alert(1)"sv,
    "JavaScript:alert(1)"sv,
    "java\nscript:alert(1)"sv,
    "\x01javascript:alert(1)"sv,
    "javascript://app.example.com/%0aalert(1)"sv,
    "data:text/html,<script>alert(1)</script>"sv,
    "vbscript:x"sv,
    "blob:https://app.example.com/x"sv,
    "view-source:https://app.example.com/"sv,
    "about:blank"sv,
    "mailto:eve@evil.example"sv,
    "intent://evil#Intent;scheme=https;end"sv,
    // Markup and header lines.
    R"(https://app.example.com/"><script>alert(1)</script>)"sv,
    "https://app.example.com/\r\nSet-Cookie: a=b"sv,
    "/\r\nLocation: https://evil.example"sv,
    "/settings\r\n\r\n<html>"sv,
    "/\x7f"sv,
    "/\xc2\xa0"sv,
    // Nothing.
    ""sv,
    " "sv,
    "null"sv,
    "undefined"sv,
};

/// Where a person may come back to; the address is kept as it is.
constexpr std::array allowed{
    "/"sv,
    "/help"sv,
    "/settings/security?message=added"sv,
    "/..;/x"sv,
    "/%2f%2fevil.example"sv,
    "/.//evil.example"sv,
    "/@evil.example"sv,
    "https://app.example.com"sv,
    "https://app.example.com/"sv,
    "https://app.example.com/a/b?c=https://evil.example#d"sv,
    "https://app.example.com?x=@evil.example"sv,
    "https://app.example.com#@evil.example"sv,
    "https://app.example.com/@evil.example"sv,
};

std::string sign_in_path(std::string_view target) {
    return "/sign-in?return_to=" + percent_encode(target);
}

TEST_CASE("T22: no return_to leads to a place that is not on the list, by any way in") {
    static_assert(elsewhere.size() >= 80);
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    for (const std::string_view target : elsewhere) {
        CAPTURE(target);
        ada.browser.use(http::Representation::json);
        const Page start = ada.browser.get(sign_in_path(target));
        // Control characters are no form: refused as a whole.
        CHECK((start.status() == 200 || start.status() == 400));
        if (start.status() == 200) {
            CHECK(ada.use_passkey(ada.device).location() == "/settings/security");
        }
        ada.browser.use(http::Representation::html);
        const Page signed_in = ada.browser.get(sign_in_path(target));
        CHECK((signed_in.location() == "/settings/security" || signed_in.status() == 400));
        const Page done = ada.browser.get("/sign-in/done?return_to=" + percent_encode(target));
        CHECK((done.location() == "/settings/security" || done.status() == 400));
        if (target.find_first_of("\r\n\t \\\"<>#&%") == std::string_view::npos) {
            const Page raw = ada.browser.get("/sign-in?return_to=" + std::string(target));
            CHECK((raw.location() == "/settings/security" || raw.status() == 400));
        }
    }
}

TEST_CASE("T22: a place that is on the list is kept exactly, through passkey and code") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    for (const std::string_view target : allowed) {
        CAPTURE(target);
        ada.browser.use(http::Representation::json);
        ada.browser.get(sign_in_path(target));
        CHECK(ada.use_passkey(ada.device).location() == target);

        latchkey.clock.advance(std::chrono::hours(4));
        ada.browser.get(sign_in_path(target));
        REQUIRE(ada.browser.submit("/sign-in/email", {{"email", ada.email}}).status() == 303);
        ada.browser.get("/sign-in/code");
        const std::string location = ada.enter_code().location();
        if (target.starts_with('/')) {
            CHECK(location == target);
            continue;
        }
        // Another origin is reached over a page of ours: form-action covers redirects.
        CHECK(location == "/sign-in/done?return_to=" + percent_encode(target));
        CHECK(ada.browser.get(location).text("location") == target);
        CHECK(ada.browser.get(location).text("host") == "app.example.com");
    }
}

TEST_CASE("T22: where a sign-in returns to cannot be changed on its way") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.get("/sign-in?return_to=/help");
    const auto response = ada.device.get(ada.browser.ceremony_options(), flow_origin);
    const HttpResponse done = ada.browser.http().post(
        "/sign-in/passkey?return_to=https://evil.example",
        {{"csrf", ada.browser.page().text("csrf")},
         {"ceremony", ada.browser.page().text("ceremony")},
         {"response", *response},
         {"return_to", "https://evil.example"}}
    );
    CHECK(done.status == 200);
    CHECK(done.body.find("evil") == std::string::npos);
    CHECK(done.body.find(R"("location":"/help")") != std::string::npos);
}

TEST_CASE("T22: a return_to that is too long is left out") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.get(sign_in_path("/" + std::string(1'023, 'a')));
    CHECK(ada.use_passkey(ada.device).location().size() == 1'024);
    ada.browser.get(sign_in_path("/" + std::string(1'024, 'a')));
    CHECK(ada.use_passkey(ada.device).location() == "/settings/security");
}

TEST_CASE("T22: a page that needs a session leads there after the sign-in, and nowhere else") {
    const Latchkey latchkey;
    Browser browser(latchkey, {.representation = http::Representation::html});
    CHECK(browser.get("/settings/security").location() == "/sign-in?return_to=/settings/security");
    CHECK(
        browser.get("/settings/security?message=added&x=//evil").location() ==
        "/sign-in?return_to=/settings/security%3Fmessage%3Dadded%26x%3D//evil"
    );
    const Page removal = browser.get("/settings/passkeys/AAAAAAAAAAAAAAAAAAAAAA/remove");
    CHECK(
        removal.location() == "/sign-in?return_to=/settings/passkeys/AAAAAAAAAAAAAAAAAAAAAA/remove"
    );
    const Page odd = browser.get("/settings/passkeys/%22%3e%3cscript%3e/remove");
    CHECK(
        odd.location() == "/sign-in?return_to=/settings/passkeys/%2522%253e%253cscript%253e/remove"
    );
    const Page follow = browser.follow(odd);
    CHECK(follow.status() == 200);
    CHECK(follow.response.body.find("<script>") == std::string::npos);
}

TEST_CASE("T22: the page that leads on to an app keeps its target through a new sign-in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.use(http::Representation::html);
    const std::string app = "https://app.example.com/a?b=c%20d&e=" + std::string(900, 'f');
    const std::string done = "/sign-in/done?return_to=";
    const auto sent_to_sign_in = [&ada](const std::string& path) {
        ada.browser.http().cookies.erase("__Host-latchkey_session");
        return ada.browser.get(path).location();
    };
    const std::string sign_in = sent_to_sign_in(done + percent_encode(app));
    CHECK(sign_in == sign_in_path(app));
    ada.browser.use(http::Representation::json);
    ada.browser.get(sign_in);
    CHECK(ada.use_passkey(ada.device).location() == app);

    ada.browser.use(http::Representation::html);
    for (const std::string_view target : elsewhere) {
        CAPTURE(target);
        const std::string location = sent_to_sign_in(done + percent_encode(target));
        CHECK((location == "/sign-in" || location.empty()));
    }
}

TEST_CASE("T22: who starts over still comes back to where the sign-in began") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    REQUIRE(ada.prove_by_code("?return_to=/help%3Fa").location() == "/sign-in/add-passkey");
    ada.browser.get("/sign-in/add-passkey");
    CHECK(ada.browser.submit("/sign-in/restart", {}).location() == "/sign-in?return_to=/help%3Fa");
}

}  // namespace
}  // namespace latchkey::test
