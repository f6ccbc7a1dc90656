// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/upstream.hpp"

#include <chrono>
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

TEST_CASE("Apple says that consent was revoked: unlinked, signed out, told; an old notice is not") {
    Provider provider;
    Latchkey latchkey(with(provider, ProviderKind::apple));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    REQUIRE(ada.sign_in().status() == 200);
    const auto notice = [&](TimePoint at, const char* issuer_of) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
        const json::Value claims = json::object({
            {"iss", issuer_of},
            {"aud", "latchkey"},
            {"iat", static_cast<std::int64_t>(seconds.time_since_epoch().count())},
            {"events", R"({"type":"consent-revoked","sub":"ada-there"})"},
        });
        HttpClient apple(latchkey.port(), "localhost:8080");
        return apple
            .post_json(
                "/sign-in/with/there/notices",
                json::write(json::object({{"payload", provider.sign(claims)}})),
                {{"origin", ""}}
            )
            .status;
    };
    const std::string issuer = provider.issuer();
    CHECK(notice(flow_time + 1s, "https://evil.example") == 400);
    CHECK(notice(flow_time - 1h, issuer.c_str()) == 200);
    CHECK(identities_of(ada).size() == 1);
    CHECK(ada.is_signed_in());
    CHECK(notice(flow_time + 1s, issuer.c_str()) == 200);
    CHECK(identities_of(ada).empty());
    CHECK_FALSE(ada.is_signed_in());
    CHECK(latchkey.mails_to("ada@example.com").back().subject.find("Provider there") == 0);
    CHECK(notice(flow_time + 2s, issuer.c_str()) == 200);
}

// ---- Settings

const Fields from_our_page{{"sec-fetch-site", "same-origin"}};

HttpResponse ask_to_link(Person& person) {
    return person.browser.http().get("/settings/identities/there/link", from_our_page);
}

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
