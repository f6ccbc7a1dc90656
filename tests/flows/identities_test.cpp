// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/clock.hpp"
#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/provider.hpp"
#include "flows/upstream.hpp"
#include "latchkey/webauthn/types.hpp"
#include "oidc/provider.hpp"
#include "support/http_client.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

// Identities at other providers: Apple's ways, and what Settings does with them.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;
using oidc::ProviderKind;

// ---- Apple

TEST_CASE("3.3.2: Apple's form comes without cookies, and is believed where they are") {
    Provider provider;
    Latchkey latchkey(with(provider, ProviderKind::apple));
    Person ada(latchkey, "x7@privaterelay.appleid.com");
    provider.next_person("ada-there", "x7@privaterelay.appleid.com");
    Fields answer = go_and_agree(ada, provider);
    answer.emplace_back("user", R"({"name":{"firstName":"Ada"}})");
    HttpClient apple(latchkey.port(), "localhost:8080");
    const HttpResponse bounced = apple.post(
        "/sign-in/with/there/callback",
        answer,
        {{"origin", "https://appleid.apple.com"}, {"sec-fetch-site", "cross-site"}}
    );
    CHECK(bounced.status == 303);
    CHECK(bounced.all("set-cookie").empty());
    const std::string location = bounced.header("location");
    CHECK(location.starts_with("/sign-in/with/there/callback?"));
    CHECK(location.find("Ada") == std::string::npos);
    CHECK(ada.browser.get(location).location() == "/sign-in/add-passkey");
    CHECK(apple.get(location).status == 409);
}

/// Apple's claims about the person, at that time.
json::Value notice_of(const Provider& provider, std::string_view type, TimePoint at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    const json::Value event = json::object({{"type", type}, {"sub", "ada-there"}});
    return json::object({
        {"iss", provider.issuer()},
        {"aud", "latchkey"},
        {"iat", static_cast<std::int64_t>(seconds.time_since_epoch().count())},
        {"events", json::write(event)},
    });
}

/// The status of what Apple's server is answered.
int post_notice(const Latchkey& latchkey, const std::string& body) {
    HttpClient apple(latchkey.port(), "localhost:8080");
    return apple.post_json("/sign-in/with/there/notices", body, {{"origin", ""}}).status;
}

int post_payload(const Latchkey& latchkey, const std::string& payload) {
    return post_notice(latchkey, json::write(json::object({{"payload", payload}})));
}

TEST_CASE("Apple says that it is over: unlinked, signed out, told; an old notice is not") {
    for (const char* type : {"consent-revoked", "account-delete", "account-deleted"}) {
        Provider provider;
        Latchkey latchkey(with(provider, ProviderKind::apple));
        Person ada(latchkey, "ada@example.com");
        sign_up_there(ada, provider);
        REQUIRE(ada.sign_in().status() == 200);
        const auto notify = [&](TimePoint at) {
            return post_payload(latchkey, provider.sign(notice_of(provider, type, at)));
        };
        CHECK(notify(flow_time - 1h) == 200);
        CHECK(identities_of(ada).size() == 1);
        CHECK(ada.is_signed_in());
        CHECK(notify(flow_time + 1s) == 200);
        CHECK(identities_of(ada).empty());
        CHECK_FALSE(ada.is_signed_in());
        CHECK(latchkey.mails_to("ada@example.com").back().subject.find("Provider there") == 0);
        CHECK(notify(flow_time + 2s) == 200);
    }
}

TEST_CASE("Apple's word about its relay, or one that we don't know, changes nothing") {
    Provider provider;
    Latchkey latchkey(with(provider, ProviderKind::apple));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    REQUIRE(ada.sign_in().status() == 200);
    for (const char* type : {"email-disabled", "email-enabled", "something-new"}) {
        const json::Value claims = notice_of(provider, type, flow_time + 1s);
        CHECK(post_payload(latchkey, provider.sign(claims)) == 200);
    }
    CHECK(identities_of(ada).size() == 1);
    CHECK(ada.is_signed_in());
    CHECK(latchkey.log_with("no longer forwarded").find("apple_notice") != std::string::npos);
}

TEST_CASE("A notice that Apple did not sign for us ends nothing") {
    Provider provider;
    Latchkey latchkey(with(provider, ProviderKind::apple));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    const json::Value right = notice_of(provider, "consent-revoked", flow_time + 1s);
    const auto changed = [&right](const char* name, json::Value value) {
        json::Value claims = right;
        claims.set(name, std::move(value));
        return claims;
    };
    const auto eve = PrivateKey::make(webauthn::CoseAlgorithm::es256, 66);
    CHECK(post_payload(latchkey, sign_token(eve, "k1", right)) == 400);
    CHECK(post_payload(latchkey, sign_token(eve, "k-of-eve", right)) == 400);
    CHECK(post_payload(latchkey, provider.sign(changed("iss", "https://evil.example"))) == 400);
    CHECK(post_payload(latchkey, provider.sign(changed("aud", "another-client"))) == 400);
    const auto tomorrow = notice_of(provider, "consent-revoked", flow_time + 24h);
    CHECK(post_payload(latchkey, provider.sign(tomorrow)) == 400);
    CHECK(post_payload(latchkey, provider.sign(changed("events", "{"))) == 400);
    CHECK(post_notice(latchkey, R"({"payload":7})") == 400);
    CHECK(post_notice(latchkey, "payload=x") == 400);
    CHECK(identities_of(ada).size() == 1);
    provider.script.is_down = true;
    latchkey.restart();  // without the keys: Apple is asked to come again
    CHECK(post_payload(latchkey, provider.sign(right)) == 503);
}

// ---- Settings

TEST_CASE("T32: linking needs a fresh proof, goes to this account only, and is told") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(6min);
    provider.clock.advance(6min);
    CHECK(
        ask_to_link(ada).header("location") ==
        "/sign-in?intent=confirm&return_to=/settings/identities/there/link"
    );
    REQUIRE(ada.confirm().status() == 200);
    const HttpResponse sent = ask_to_link(ada);
    REQUIRE(sent.status == 303);
    const Fields answer = provider.agree(sent.header("location"));
    // KC CVE-2026-9087: in the session of another account the answer is good for nothing.
    Person eve(latchkey, "eve@example.com", {.address = "198.51.100.7"});
    eve.sign_up();
    auto jar = eve.browser.http().cookies;
    jar["__Host-latchkey_browser"] = *ada.browser.http().cookie("__Host-latchkey_browser");
    std::swap(eve.browser.http().cookies, jar);
    CHECK(eve.browser.get(callback(answer)).error() == "provider_expired");
    CHECK(identities_of(eve).empty());

    const Page linked = ada.browser.get(callback(answer));
    CHECK(linked.location() == "/settings/security?message=linked");
    CHECK(identities_of(ada).size() == 1);
    CHECK(latchkey.mails_to("ada@example.com").back().subject.find("Provider there") == 0);
    CHECK(ada.is_signed_in());
}

TEST_CASE("T15, T32: no other site starts a link, and no identity is linked twice") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto& http = ada.browser.http();
    CHECK(http.get("/settings/identities/there/link").status == 403);
    CHECK(
        http.get("/settings/identities/there/link", {{"sec-fetch-site", "cross-site"}}).status ==
        403
    );
    REQUIRE(
        ada.browser.get(callback(provider.agree(ask_to_link(ada).header("location")))).status() ==
        303
    );
    Person eve(latchkey, "eve@example.com", {.address = "198.51.100.7"});
    eve.sign_up();
    const Page taken =
        eve.browser.get(callback(provider.agree(ask_to_link(eve).header("location"))));
    CHECK(taken.status() == 409);
    CHECK(taken.error() == "identity_taken");
    CHECK(identities_of(eve).empty());
}

TEST_CASE("Unlinking asks first, ends the other sessions, and shuts the way in") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    latchkey.clock.advance(1h);
    Person elsewhere(latchkey, "ada@example.com");
    elsewhere.device = ada.device;
    REQUIRE(elsewhere.sign_in().status() == 200);
    REQUIRE(ada.sign_in().status() == 200);
    const std::string path =
        "/settings/identities/" + identities_of(ada).at(0).public_id.value() + "/remove";
    CHECK(ada.browser.get(path).text("identity.label") == "Provider there");
    CHECK(ada.browser.submit(path, {}).location() == "/settings/security?message=unlinked");
    CHECK(ada.is_signed_in());
    CHECK_FALSE(elsewhere.is_signed_in());
    CHECK(identities_of(ada).empty());
    provider.clock.advance(1h);
    Person again(latchkey, "ada@example.com");
    CHECK(sign_in_there(again, provider).error() == "address_taken");
}

}  // namespace
}  // namespace latchkey::test
