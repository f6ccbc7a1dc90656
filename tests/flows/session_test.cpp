// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// GET /session: what nginx auth_request and Caddy forward_auth ask for each request to an app.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("/session says who is signed in, in headers that a proxy can pass on") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(1min);
    const Page page = ada.browser.get("/session");
    CHECK(page.status() == 200);
    const HttpResponse& response = page.response;
    CHECK(response.header("latchkey-account") == ada.account()->public_id.value());
    CHECK(response.header("latchkey-email") == "ada@example.com");
    CHECK(response.header("latchkey-acr") == "phr");
    const auto proof = std::chrono::floor<std::chrono::seconds>(flow_time).time_since_epoch();
    CHECK(response.header("latchkey-auth-time") == std::to_string(proof.count()));
    CHECK(page.text("account") == response.header("latchkey-account"));
    CHECK(page.text("acr") == "phr");
    CHECK(response.header("cache-control").find("no-store") != std::string::npos);
    CHECK(response.all("set-cookie").empty());
}

TEST_CASE("/session answers 401 without one, and gives no browser a cookie") {
    Latchkey latchkey;
    Browser browser(latchkey);
    const Page page = browser.get("/session");
    CHECK(page.status() == 401);
    CHECK(page.error() == "not_signed_in");
    CHECK(page.response.all("set-cookie").empty());
    CHECK(page.response.header("latchkey-account").empty());
    CHECK(browser.http().head("/session").status == 401);
}

TEST_CASE("/session tells a proxy where a stranger signs in, and to come back (T22)") {
    Latchkey latchkey;
    Browser browser(latchkey);
    const auto sign_in = [&](const Fields& headers) {
        return browser.http().get("/session", headers).header("latchkey-sign-in");
    };
    CHECK(sign_in({}) == "/sign-in");
    CHECK(
        sign_in({{"x-forwarded-uri", "/reports?page=2&all"}}) ==
        "/sign-in?return_to=/reports%3Fpage%3D2%26all"
    );
    CHECK(sign_in({{"x-forwarded-uri", "//evil.test"}}) == "/sign-in");
    CHECK(sign_in({{"x-forwarded-uri", "https://evil.test/"}}) == "/sign-in");
    CHECK(sign_in({{"x-forwarded-uri", "/" + std::string(1'024, 'a')}}) == "/sign-in");
    // Two of them are two stories.
    CHECK(sign_in({{"x-forwarded-uri", "/a, /b"}}) == "/sign-in");
}

TEST_CASE("A session ends 24 hours after its proof, whatever happened in between") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(24h - 1ms);
    CHECK(ada.is_signed_in());
    latchkey.clock.advance(1ms);
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("The session under its new id after a removal ends when the old one would have") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_device();
    ada.add_passkey_on(key);
    REQUIRE(ada.confirm().status() == 200);
    latchkey.clock.advance(4min);
    REQUIRE(ada.remove(1).status() == 303);
    latchkey.clock.advance(24h - 4min - 1ms);
    CHECK(ada.is_signed_in());
    latchkey.clock.advance(1ms);
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("Signing out everywhere ends every session, sign-in and code of before") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person adding(latchkey, ada.email);
    REQUIRE(adding.sign_in_with(ada.device, "?intent=add-passkey").status() == 200);
    REQUIRE(adding.browser.get("/sign-in/add-passkey").status() == 200);
    auto planted = new_device();
    const auto response = planted.create(adding.browser.ceremony_options(), flow_origin);
    Person waiting(latchkey, ada.email);
    REQUIRE(waiting.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);

    latchkey.commit(
        {accounts::RaiseEpoch{.account = ada.account()->id, .from_epoch = ada.account()->epoch}}
    );
    CHECK_FALSE(ada.is_signed_in());
    CHECK(adding.post_attestation(*response).status() == 409);
    CHECK(waiting.enter_code(code).error() == "sign_in_expired");
    CHECK_FALSE(waiting.is_signed_in());
    CHECK(ada.passkeys().size() == 1);
    CHECK(ada.sign_in().status() == 200);
}

TEST_CASE("A deleted account takes its sessions and passkeys along") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.commit({accounts::DeleteAccount{ada.account()->id}});
    CHECK_FALSE(ada.is_signed_in());
    CHECK(ada.sign_in().error() == "unknown_credential");
    Person again(latchkey, ada.email);
    again.sign_up();
    CHECK(again.is_signed_in());
}

TEST_CASE("Every cookie is __Host-, Secure, HttpOnly, SameSite=Lax and for the whole site") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    std::vector<std::string> cookies;
    const auto keep = [&cookies](const Page& page) {
        const auto set = page.response.all("set-cookie");
        cookies.insert(cookies.end(), set.begin(), set.end());
    };
    keep(ada.browser.get("/sign-in"));
    keep(ada.browser.submit("/sign-in/email", {{"email", ada.email}}));
    ada.browser.get("/sign-in/code");
    keep(ada.enter_code());
    keep(ada.create_passkey());
    ada.browser.get("/settings/security");
    keep(ada.browser.submit("/sign-out", {}));
    REQUIRE(cookies.size() >= 8);
    for (const std::string& cookie : cookies) {
        CAPTURE(cookie);
        CHECK(cookie.starts_with("__Host-latchkey_"));
        CHECK(cookie.find("; Path=/") != std::string::npos);
        CHECK(cookie.find("; Secure") != std::string::npos);
        CHECK(cookie.find("; HttpOnly") != std::string::npos);
        CHECK(cookie.find("; SameSite=Lax") != std::string::npos);
        CHECK(cookie.find("Domain") == std::string::npos);
    }
}

}  // namespace
}  // namespace latchkey::test
