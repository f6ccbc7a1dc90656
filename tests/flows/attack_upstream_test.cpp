// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/provider.hpp"
#include "flows/upstream.hpp"
#include "oidc/provider.hpp"
#include "pages/providers.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Whoever has an account at a provider, an answer of one, or a provider.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// A person with an account and a passkey, at the moment after the provider's page.
struct Linking {
    Linking() { ada.sign_up(); }

    /// The answers to one request: the person agrees that often.
    Fields agree() {
        if (sent.empty()) sent = ask_to_link(ada).header("location");
        return provider.agree(sent);
    }

    void pass(std::chrono::seconds time) {
        latchkey.clock.advance(time);
        provider.clock.advance(time);
    }

    Provider provider;
    Latchkey latchkey{with(provider)};
    Person ada{latchkey, "ada@example.com"};
    std::string sent;
};

TEST_CASE("T2: who comes by a provider is asked for the second step, with and without a passkey") {
    Provider provider;
    Latchkey latchkey(with(provider));
    for (const bool has_passkey : {false, true}) {
        const std::string name = has_passkey ? "ada" : "eve";
        Person person(latchkey, name + "@example.com");
        provider.next_person(name + "-there", person.email);
        REQUIRE(sign_in_there(person, provider).location() == "/sign-in/add-passkey");
        REQUIRE((has_passkey ? person.create_passkey() : person.add_app()).status() == 200);
        if (has_passkey) REQUIRE(person.turn_on_app().status() == 200);
        person.browser.http().cookies.clear();
        latchkey.clock.advance(30s);
        for (const std::string query : {"?intent=add-passkey", "?intent=confirm", ""}) {
            CHECK(sign_in_there(person, provider, query).location() == "/sign-in/second-step");
            CHECK_FALSE(person.is_signed_in());
            CHECK(person.browser.get("/sign-in/add-passkey").status() == 409);
        }
        person.browser.get("/sign-in/second-step");
        REQUIRE(person.take_second_step(person.app_code()).status() == 303);
        CHECK(person.browser.get("/session").text("acr") == "urn:latchkey:2fa");
    }
}

TEST_CASE("T32: a proof that grew old at the provider links nothing") {
    Linking attack;
    const Fields answer = attack.agree();
    attack.pass(5min);
    CHECK(attack.ada.browser.get(callback(answer)).error() == "proof_too_old");
    CHECK(identities_of(attack.ada).empty());
}

TEST_CASE("T32: nobody links after a recovery, nor when one came meanwhile") {
    Linking attack;
    const Fields answer = attack.agree();
    Person thief(attack.latchkey, "ada@example.com");  // has the mailbox
    REQUIRE(thief.prove_by_code().status() == 303);
    REQUIRE(thief.is_signed_in());
    CHECK(ask_to_link(thief).status == 403);
    CHECK(attack.ada.browser.get(callback(answer)).error() == "frozen_after_recovery");
    CHECK(identities_of(attack.ada).empty());
}

TEST_CASE("T32, Keycloak CVE-2026-92358: a link that is undone is not made again by its answer") {
    Linking attack;
    Person& ada = attack.ada;
    const Fields first = attack.agree();
    const Fields second = attack.agree();  // another code for the same request
    REQUIRE(ada.browser.get(callback(first)).status() == 303);
    const std::string path =
        "/settings/identities/" + identities_of(ada).at(0).public_id.value() + "/remove";
    ada.browser.get(path);
    REQUIRE(ada.browser.submit(path, {}).status() == 303);
    CHECK(ada.browser.get(callback(second)).error() == "provider_expired");
    CHECK(identities_of(ada).empty());
}

TEST_CASE("T32, Keycloak CVE-2026-82968: an answer to link signs nobody in, and the other way round"
) {
    Linking attack;
    Person& ada = attack.ada;
    const Fields to_link = attack.agree();
    const Fields to_sign_in = go_and_agree(ada, attack.provider, "?intent=confirm");
    const auto jar = ada.browser.http().cookies;
    ada.browser.http().cookies.erase("__Host-latchkey_session");
    CHECK(ada.browser.get(callback(to_link)).error() == "provider_expired");
    CHECK_FALSE(ada.is_signed_in());
    ada.browser.http().cookies = jar;
    CHECK(ada.browser.get(callback(to_sign_in)).error() == "address_taken");
    CHECK(identities_of(ada).empty());
}

TEST_CASE("T32, Keycloak CVE-2026-14781: what is verified is the address that stands beside it") {
    Provider provider;
    LatchkeyOptions options;
    options.providers = [&provider] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(provider.configured("there"));
        configured.back().provider.trusts_address = true;
        return configured;
    };
    Latchkey latchkey(std::move(options));
    Person eve(latchkey, "eve@example.com");
    provider.script.claims = [](json::Value claims) {
        claims.set("email_verified", false);
        return claims;
    };
    provider.script.userinfo =
        R"({"sub":"ada-there","email":"eve@example.com","email_verified":true})";
    CHECK(sign_in_there(eve, provider).error() == "address_not_vouched");
    provider.script.claims = [](const json::Value& claims) {
        json::Value bare = json::object({{"email_verified", true}});
        for (const char* name : {"iss", "sub", "aud", "exp", "iat", "nonce"}) {
            bare.set(name, *claims.find(name));
        }
        return bare;
    };
    provider.script.userinfo = R"({"sub":"ada-there","email":"ada@example.com"})";
    CHECK(sign_in_there(eve, provider).error() == "address_not_vouched");
}

TEST_CASE("T33: two people who swap their addresses there stay who they are here") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    Person eve(latchkey, "eve@example.com");
    provider.next_person("eve-there", "eve@example.com");
    sign_up_there(eve, provider);
    provider.next_person("eve-there", "ada@example.com");
    REQUIRE(sign_in_there(eve, provider).location() == "/settings/security");
    CHECK(eve.browser.get("/session").text("email") == "eve@example.com");
}

TEST_CASE("RFC 9700 4.4: with two providers, the code of one never reaches the other") {
    Provider honest;
    Provider evil;
    LatchkeyOptions options;
    options.providers = [&honest, &evil] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(honest.configured("there", oidc::ProviderKind::apple));
        configured.push_back(evil.configured("evil", oidc::ProviderKind::apple));
        return configured;
    };
    Latchkey latchkey(std::move(options));
    Person ada(latchkey, "ada@example.com");
    const Fields answer = go_and_agree(ada, honest);
    CHECK(ada.browser.get(callback(answer, "evil")).error() == "provider_expired");
    CHECK(evil.asked("/token") == 0);

    // The evil one sends the browser on to the honest one, with its own state.
    const Page to_evil = ada.browser.get("/sign-in/with/evil");
    Fields mixed = go_and_agree(ada, honest);
    mixed[1].second = field_of(query_of(to_evil.location()), "state");
    CHECK(ada.browser.get(callback(mixed)).error() == "provider_expired");
    CHECK(honest.asked("/token") == 0);

    // And it says in its own token who is known at the honest one.
    evil.script.claims = [&honest](json::Value claims) {
        claims.set("iss", honest.issuer());
        return claims;
    };
    const Fields forged = evil.agree(to_evil.location());
    CHECK(ada.browser.get(callback(forged, "evil")).error() == "provider_refused");
}

}  // namespace
}  // namespace latchkey::test
