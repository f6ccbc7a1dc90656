// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "support/http_client.hpp"

#include <algorithm>
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
    const Latchkey latchkey;
    Browser browser(latchkey);
    const Page page = browser.get("/session");
    CHECK(page.status() == 401);
    CHECK(page.error() == "not_signed_in");
    CHECK(page.response.all("set-cookie").empty());
    CHECK(page.response.header("latchkey-account").empty());
    CHECK(browser.http().head("/session").status == 401);
}

TEST_CASE("/session tells a proxy where a stranger signs in, and to come back (T22)") {
    const Latchkey latchkey;
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
    ada.stay_for(24h - 1ms);
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
    ada.stay_for(24h - 4min - 1ms);
    CHECK(ada.is_signed_in());
    latchkey.clock.advance(1ms);
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("A session ends an hour after its last use, which is written every five minutes") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const auto seen = [&] {
        return latchkey.store().list_sessions(ada.account()->id).at(0).last_seen_at;
    };
    latchkey.clock.advance(5min - 1ms);
    CHECK(ada.is_signed_in());
    CHECK(seen() == flow_time);
    latchkey.clock.advance(1ms);
    CHECK(ada.is_signed_in());
    CHECK(seen() == flow_time + 5min);
    latchkey.clock.advance(1h - 1ms);
    CHECK(ada.is_signed_in());
    CHECK(seen() == flow_time + 5min + 1h - 1ms);
    latchkey.clock.advance(1h);
    CHECK_FALSE(ada.is_signed_in());
    CHECK(ada.browser.get("/settings/security").error() == "not_signed_in");
}

TEST_CASE("A post on the way to its save is a use too") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    latchkey.clock.advance(59min);
    const std::string id = ada.passkeys().at(0).public_id.value();
    const Page renamed =
        ada.browser.submit("/settings/passkeys/" + id + "/rename", {{"name", "Mine"}});
    CHECK(renamed.status() == 303);
    CHECK(ada.passkeys().at(0).name == "Mine");
    latchkey.clock.advance(59min);
    CHECK(ada.is_signed_in());
}

/// The sessions that Settings shows.
std::vector<json::Value> sessions_shown(Person& person) {
    const Page page = person.browser.get("/settings/security");
    REQUIRE(page.status() == 200);
    return *page.find("sessions")->as_array();
}

TEST_CASE("Settings lists live sessions with their browsers, this one first and marked") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(sessions_shown(ada).size() == 1);
    CHECK_FALSE(*ada.browser.page().find("has_other_sessions")->as_bool());
    Person phone(
        latchkey,
        ada.email,
        {.user_agent =
             "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
             "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"}
    );
    latchkey.clock.advance(30min);
    REQUIRE(phone.sign_in_with(ada.device).status() == 200);
    const auto shown = sessions_shown(ada);
    REQUIRE(shown.size() == 2);
    CHECK(*ada.browser.page().find("has_other_sessions")->as_bool());
    CHECK(*shown[0].find("current")->as_bool());
    CHECK(*shown[0].find_string("browser") == "Chrome on Linux");
    CHECK(*shown[0].find_string("first_seen") == "22 November 2026, 18:34 UTC");
    CHECK(*shown[0].find_string("last_seen") == "22 November 2026, 19:04 UTC");
    CHECK_FALSE(*shown[1].find("current")->as_bool());
    CHECK(*shown[1].find_string("browser") == "Safari on iPhone");
    // One that nobody used for an hour is not listed.
    latchkey.clock.advance(59min);
    CHECK(ada.is_signed_in());
    latchkey.clock.advance(1min);
    CHECK(sessions_shown(ada).size() == 1);
}

TEST_CASE("Another session is ended at once; its cookie opens nothing more") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person other(latchkey, ada.email);
    REQUIRE(other.sign_in_with(ada.device).status() == 200);
    Person third(latchkey, ada.email);
    REQUIRE(third.sign_in_with(ada.device).status() == 200);
    const std::string id = *sessions_shown(other).at(0).find_string("id");
    const auto names = [](const std::vector<json::Value>& shown) {
        std::vector<std::string> all;
        for (const json::Value& one : shown) {
            all.push_back(*one.find_string("id"));
        }
        return all;
    };
    const auto seen_by_ada = names(sessions_shown(ada));
    CHECK(std::ranges::count(seen_by_ada, id) == 1);
    const Page ended = ada.browser.submit("/settings/sessions/" + id + "/end", {});
    CHECK(ended.location() == "/settings/security?message=session_ended");
    CHECK_FALSE(other.is_signed_in());
    CHECK(ada.is_signed_in());
    CHECK(third.is_signed_in());
    CHECK(ada.events().at(0).kind == accounts::EventKind::session_ended);
    CHECK(ada.browser.submit("/settings/sessions/" + id + "/end", {}).status() == 404);
}

TEST_CASE("Nobody ends another person's session, nor a session that does not exist (V8 8.2.2)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person eve(latchkey, "eve@example.com");
    eve.sign_up();
    const std::string of_ada = *sessions_shown(ada).at(0).find_string("id");
    const std::string of_eve = *sessions_shown(eve).at(0).find_string("id");
    for (const std::string& id : {of_ada, of_eve, std::string(22, 'A')}) {
        CHECK(eve.browser.submit("/settings/sessions/" + id + "/end", {}).status() == 404);
    }
    CHECK(ada.is_signed_in());
    CHECK(eve.is_signed_in());
}

TEST_CASE("Ending all others leaves this one, under a new id, and no code or sign-in of before") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person other(latchkey, ada.email);
    REQUIRE(other.sign_in_with(ada.device).status() == 200);
    Person waiting(latchkey, ada.email);
    REQUIRE(waiting.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    sessions_shown(ada);
    const std::string before = ada.browser.http().cookies.at("__Host-latchkey_session");
    HttpClient stolen = ada.browser.twin();
    const Page ended = ada.browser.submit("/settings/sessions/end-others", {});
    CHECK(ended.location() == "/settings/security?message=sessions_ended");
    CHECK(ada.browser.http().cookies.at("__Host-latchkey_session") != before);
    CHECK(stolen.get("/session").status == 401);
    CHECK(ada.is_signed_in());
    CHECK(sessions_shown(ada).size() == 1);
    CHECK_FALSE(other.is_signed_in());
    CHECK(waiting.enter_code(code).error() == "sign_in_expired");
    CHECK(ada.events().at(0).kind == accounts::EventKind::signed_out_everywhere);
}

TEST_CASE("Ending sessions needs a fresh proof: a page leads to it and back (V7 7.5.2)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person other(latchkey, ada.email);
    REQUIRE(other.sign_in_with(ada.device).status() == 200);
    latchkey.clock.advance(5min);
    const std::string id = *sessions_shown(ada).at(1).find_string("id");
    const std::string end_one = "/settings/sessions/" + id + "/end";
    for (const std::string& action : {end_one, std::string("/settings/sessions/end-others")}) {
        CAPTURE(action);
        CHECK(ada.browser.submit(action, {}).error() == "proof_too_old");
        ada.browser.use(http::Representation::html);
        REQUIRE(ada.browser.get("/settings/security").status() == 200);
        CHECK(
            ada.browser.submit(action, {}).location() ==
            "/sign-in?intent=confirm&return_to=/settings/security"
        );
        ada.browser.use(http::Representation::json);
        sessions_shown(ada);
    }
    CHECK(other.is_signed_in());
    REQUIRE(ada.confirm().status() == 200);
    sessions_shown(ada);
    CHECK(ada.browser.submit(end_one, {}).status() == 303);
    CHECK_FALSE(other.is_signed_in());
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
