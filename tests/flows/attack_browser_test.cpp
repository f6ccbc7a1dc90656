// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "flows/watched_store.hpp"
#include "http/request.hpp"
#include "pages/routes.hpp"
#include "support/authenticator.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

using Cookies = std::map<std::string, std::string, std::less<>>;

TEST_CASE("T14: a session that was put into the browser before is not the one after the sign-in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    ada.sign_up();
    eve.sign_up();
    const Cookies planted = eve.browser.http().cookies;

    // Everything that eve has is put into ada's browser, the name of the browser included.
    ada.browser.http().cookies = planted;
    REQUIRE(ada.sign_in().status() == 200);
    CHECK(ada.browser.get("/session").text("email") == ada.email);
    CHECK(
        ada.browser.http().cookies.at("__Host-latchkey_session") !=
        planted.at("__Host-latchkey_session")
    );
    CHECK_FALSE(eve.is_signed_in());  // and what was planted is over
}

TEST_CASE("T14: an identifier that nobody gave out opens nothing") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const std::string session = ada.browser.http().cookies.at("__Host-latchkey_session");
    Browser browser(latchkey);
    std::vector<std::string> forced{
        "", "1", "admin", std::string(54, 'A'), session.substr(0, session.size() - 1), session + "A"
    };
    for (std::size_t at = 0; at < session.size(); at += 7) {
        std::string changed = session;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        forced.push_back(changed);
    }
    for (const std::string& value : forced) {
        CAPTURE(value);
        browser.http().cookies = {{"__Host-latchkey_session", value}};
        CHECK(browser.get("/session").status() == 401);
        browser.http().cookies = {{"__Host-latchkey_sign_in", value}};
        CHECK(browser.get("/sign-in/add-passkey").status() == 409);
    }
}

TEST_CASE("T14: a sign-in never is a session, a session never is a sign-in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.sign_in("?intent=add-passkey").status() == 200);
    const Cookies cookies = ada.browser.http().cookies;
    Browser browser(latchkey);
    browser.http().cookies = {{"__Host-latchkey_session", cookies.at("__Host-latchkey_sign_in")}};
    CHECK(browser.get("/session").status() == 401);
    browser.http().cookies = {{"__Host-latchkey_sign_in", cookies.at("__Host-latchkey_session")}};
    CHECK(browser.get("/sign-in/add-passkey").status() == 409);
}

TEST_CASE("T14: a cookie that is tossed in beside ours counts as none") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    ada.sign_up();
    eve.sign_up();
    const std::string name = "__Host-latchkey_session";
    const std::string hers = name + "=" + ada.browser.http().cookies.at(name);
    const std::string other = name + "=" + eve.browser.http().cookies.at(name);
    Browser browser(latchkey);
    for (const std::string& header :
         {hers + "; " + other, other + "; " + hers, hers + "; " + hers}) {
        CHECK(browser.http().get("/session", {{"cookie", header}}).status == 401);
    }
    // Names without the prefix that only a browser's own site can set are nothing.
    const std::string value = ada.browser.http().cookies.at(name);
    for (const std::string wrong : {"latchkey_session", "__Secure-latchkey_session", "session"}) {
        CHECK(browser.http().get("/session", {{"cookie", wrong + "=" + value}}).status == 401);
    }
    CHECK(browser.http().get("/session", {{"cookie", hers}}).status == 200);
}

TEST_CASE("T14: starting over needs the cookie of the sign-in; nobody restarts another's") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().status() == 303);
    Browser eve(latchkey);
    eve.get("/sign-in");
    CHECK(eve.submit("/sign-in/restart", {}).status() == 303);
    CHECK(ada.create_passkey().status() == 200);
}

/// What a page of another site can send along, and what a page of ours can not.
struct Forgery {
    std::string name;
    Fields headers;
    bool with_token;
    int status;
};

TEST_CASE("T15: no POST of another site changes anything, whatever it can forge") {
    auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.wrap_store = watched_by(watch)});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    REQUIRE(ada.confirm().status() == 200);
    const Page page = ada.browser.get("/settings/security");
    const std::string id = ada.passkeys()[1].public_id.value();
    const Cookies cookies = ada.browser.http().cookies;

    const std::string site = "sec-fetch-site";
    const std::vector<Forgery> forgeries{
        {"no token", {}, false, 403},
        {"another origin", {{"origin", "https://evil.example"}}, true, 403},
        {"our name on another port", {{"origin", "http://localhost:9090"}}, true, 403},
        {"our name by TLS", {{"origin", "https://localhost:8080"}}, true, 403},
        {"our name as a prefix", {{"origin", "http://localhost:8080.evil.example"}}, true, 403},
        {"an origin in capitals", {{"origin", "HTTP://LOCALHOST:8080"}}, true, 403},
        {"the origin of a sandbox", {{"origin", "null"}, {site, ""}}, true, 403},
        {"a sandbox that says cross-site", {{"origin", "null"}, {site, "cross-site"}}, true, 403},
        {"cross-site", {{site, "cross-site"}}, true, 403},
        {"same-site: a sister domain", {{site, "same-site"}}, true, 403},
        {"none: typed in", {{site, "none"}}, true, 403},
        {"a strange Sec-Fetch-Site", {{site, "Same-Origin"}}, true, 403},
        {"a form as text/plain", {{"content-type", "text/plain"}}, true, 415},
        {"a form in parts", {{"content-type", "multipart/form-data; boundary=x"}}, true, 415},
        {"no content type", {{"content-type", ""}}, true, 415},
        {"JSON", {{"content-type", "application/json"}}, true, 415},
        {"a type that only begins so",
         {{"content-type", "application/x-www-form-urlencoded-not"}},
         true,
         415},
        {"no cookies", {{"cookie", "__Host-latchkey_other=1"}}, true, 403},
    };
    for (const pages::PageRoute& route : pages::page_routes()) {
        if (route.method != http::Method::post) continue;
        const bool is_our_form = route.posted == pages::Posted::by_our_form;
        std::string path(route.pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
        for (const Forgery& forgery : forgeries) {
            CAPTURE(path);
            CAPTURE(forgery.name);
            ada.browser.http().cookies = cookies;
            watch->forget();
            Fields form{{"email", "eve@example.com"}, {"name", "x"}, {"code", "12345678"}};
            if (forgery.with_token) form.emplace_back("csrf", page.text("csrf"));
            const auto answer = ada.browser.http().post(path, form, forgery.headers);
            if (is_our_form) CHECK(answer.status == forgery.status);
            if (!is_our_form) CHECK(answer.all("set-cookie").empty());
            CHECK(watch->commits() == 0);
        }
    }
    ada.browser.http().cookies = cookies;
    CHECK(ada.is_signed_in());
    CHECK(ada.passkeys().size() == 2);
}

TEST_CASE("T15: a token is the browser's own: that of another browser, or none, is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Browser eve(latchkey);
    ada.sign_up();
    eve.get("/sign-in");
    ada.browser.get("/settings/security");
    const std::string own = ada.browser.page().text("csrf");
    for (const std::string& token :
         {eve.page().text("csrf"), std::string(), own.substr(1), own + "A", std::string(43, 'A')}) {
        CHECK(ada.browser.post("/sign-out", {{"csrf", token}}).status() == 403);
    }
    CHECK(ada.browser.http().post("/sign-out?csrf=" + own, {}).status == 403);
    CHECK(ada.is_signed_in());
}

TEST_CASE("T15: an old browser without Sec-Fetch-Site, and one without Origin, still can sign in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.browser.get("/sign-in");
    const Fields form{{"email", ada.email}};
    CHECK(ada.browser.submit("/sign-in/email", form, {{"sec-fetch-site", ""}}).status() == 303);
    CHECK(ada.browser.submit("/sign-in/email", form, {{"origin", ""}}).status() == 303);
    CHECK(ada.browser.submit("/sign-in/email", form, {{"origin", "null"}}).status() == 303);
}

TEST_CASE("T15: a GET changes nothing, and a route for POST has none") {
    auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.wrap_store = watched_by(watch)});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const std::string id = ada.passkeys()[0].public_id.value();
    watch->forget();
    for (const pages::PageRoute& route : pages::page_routes()) {
        std::string path(route.pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
        const int status = ada.browser.http().get(path).status;
        if (path == "/settings/passkeys/" + id + "/rename" || path == "/sign-out") {
            CHECK(status == 405);
        }
    }
    CHECK(watch->commits() == 0);
}

TEST_CASE("T16: an assertion is good once: not again, not a hundred times at once, not elsewhere") {
    Latchkey latchkey({.threads = 4});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    const auto response = ada.device.get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    const Fields form{
        {"csrf", ada.browser.page().text("csrf")},
        {"ceremony", ada.browser.page().text("ceremony")},
        {"response", *response},
    };

    Browser thief(latchkey);  // has seen all of it, but has not the cookie of the browser
    thief.get("/sign-in");
    CHECK(
        thief.post("/sign-in/passkey", {{"csrf", thief.page().text("csrf")}, form[1], form[2]})
            .error() == "challenge_expired"
    );

    std::vector<HttpClient> clients;
    clients.reserve(100);
    for (int i = 0; i < 100; ++i) {
        clients.push_back(ada.browser.twin());
    }
    std::atomic<int> signed_in = 0;
    std::atomic<int> refused = 0;
    in_parallel(clients.size(), [&](std::size_t i) {
        const int status = clients[i].post("/sign-in/passkey", form).status;
        signed_in += status == 200 ? 1 : 0;
        refused += status == 422 ? 1 : 0;
    });
    CHECK(signed_in == 1);
    CHECK(refused == 99);
    CHECK(ada.browser.post("/sign-in/passkey", form).error() == "challenge_expired");
    latchkey.restart();
    CHECK(ada.browser.post("/sign-in/passkey", form).error() == "challenge_expired");
    CHECK(latchkey.store().list_sessions(ada.account()->id).size() == 2);
}

TEST_CASE("T16: a refused assertion does not use up its challenge, a verified one does") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    const Page page = ada.browser.get("/sign-in");
    auto draft = ada.device.draft_get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    const std::string good = draft->finish().to_json();
    draft->data.flags = flag::up;
    CHECK(ada.post_assertion(draft->finish().to_json()).error() == "user_not_verified");
    ada.browser.look_at(page);
    CHECK(ada.post_assertion(good).status() == 200);
    ada.browser.look_at(page);
    CHECK(ada.post_assertion(good).error() == "challenge_expired");
}

TEST_CASE("T23: every answer forbids framing and scripts of others, and says nothing to other sites"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    for (const std::string path :
         {"/sign-in?intent=confirm", "/settings/security", "/help", "/nowhere", "/session", "/"}) {
        for (const auto representation : {http::Representation::json, http::Representation::html}) {
            ada.browser.use(representation);
            const HttpResponse answer = ada.browser.get(path).response;
            CAPTURE(path);
            const std::string policy = answer.header("content-security-policy");
            CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
            CHECK(policy.find("default-src 'none'") != std::string::npos);
            CHECK(policy.find("unsafe") == std::string::npos);
            const bool is_json = answer.header("content-type").starts_with("application/json");
            const std::string_view scripts =
                is_json ? "sandbox" : "require-trusted-types-for 'script'; trusted-types 'none'";
            CHECK(policy.find(scripts) != std::string::npos);
            CHECK(answer.header("cross-origin-opener-policy") == "same-origin");
            CHECK(answer.header("referrer-policy") == "no-referrer");
            CHECK(answer.header("x-content-type-options") == "nosniff");
            CHECK(answer.header("access-control-allow-origin").empty());
        }
    }
}

TEST_CASE("T23: a ceremony that ran inside a frame of another site is refused") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in");
    auto draft = ada.device.draft_get(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(draft);
    draft->client.cross_origin = true;
    draft->client.top_origin = "https://evil.example";
    CHECK(ada.post_assertion(draft->finish().to_json()).error() == "passkey_refused");
    CHECK_FALSE(ada.is_signed_in());
}

}  // namespace
}  // namespace latchkey::test
