// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "flows/upstream.hpp"
#include "support/jwt.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// A provider that is wrong, in each way of the OpenID Foundation's modules for relying parties
// (oidcc-client-basic and oidcc-client-config).
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// One way in which a provider is wrong.
struct Wrong {
    const char* module;  // of the OpenID Foundation's tests for relying parties
    std::function<void(ProviderScript&)> bend;
};

std::function<void(ProviderScript&)> claim(const char* name, json::Value value) {
    return [name, value](ProviderScript& script) {
        script.claims = [name, value](json::Value claims) {
            claims.set(name, value);
            return claims;
        };
    };
}

std::function<void(ProviderScript&)> no_claim(const char* name) {
    return [name](ProviderScript& script) {
        script.claims = [name](const json::Value& claims) {
            json::Object kept;
            for (const auto& member : *claims.as_object()) {
                if (member.first != name) kept.push_back(member);
            }
            return json::Value(kept);
        };
    };
}

TEST_CASE("The wrong ID tokens of the OpenID Foundation's modules open nothing (6.8.2)") {
    const auto eve = PrivateKey::make(webauthn::CoseAlgorithm::es256, 66);
    const std::vector<Wrong> wrongs{
        {"invalid-iss", claim("iss", "https://evil.example")},
        {"missing-sub", no_claim("sub")},
        {"invalid-aud", claim("aud", "another-client")},
        {"missing-iat", no_claim("iat")},
        {"nonce-invalid", claim("nonce", "another")},
        {"nonce missing", no_claim("nonce")},
        {"expired", claim("exp", 1)},
        {"azp", claim("azp", "another-client")},
        {"at_hash", claim("at_hash", "another")},
        {"idtoken-sig-none",
         [](ProviderScript& script) {
             script.sign = [](const json::Value& claims) {
                 return base64url_encode(bytes_of(R"({"alg":"none"})")) + "." +
                        base64url_encode(bytes_of(json::write(claims))) + ".";
             };
         }},
        {"invalid-sig",
         [&eve](ProviderScript& script) {
             script.sign = [&eve](const json::Value& claims) {
                 return sign_token(eve, "k1", claims);
             };
         }},
        {"key confusion",
         [&eve](ProviderScript& script) {
             script.sign = [&eve](const json::Value& claims) {
                 return sign_jws(
                     eve, json::object({{"alg", "HS256"}, {"kid", "k1"}}), json::write(claims)
                 );
             };
         }},
        {"kid-absent-multiple-jwks",
         [&eve](ProviderScript& script) {
             script.keys = [&eve](const json::Value& set) {
                 json::Array keys = *set.find("keys")->as_array();
                 keys.push_back(jwk_of(eve, "k0"));
                 return json::object({{"keys", keys}});
             };
             script.sign = [](const json::Value& claims) {
                 return sign_token(PrivateKey::make(webauthn::CoseAlgorithm::es256, 1), "", claims);
             };
         }},
        {"no id_token",
         [](ProviderScript& script) {
             script.tokens = [](const json::Value&) {
                 return json::object({{"token_type", "Bearer"}, {"access_token", "access"}});
             };
         }},
    };
    for (const Wrong& wrong : wrongs) {
        CAPTURE(wrong.module);
        Provider provider;
        wrong.bend(provider.script);
        Latchkey latchkey(with(provider));
        Person ada(latchkey, "ada@example.com");
        const Page back = sign_in_there(ada, provider);
        CHECK(back.status() == 422);
        CHECK(back.error() == "provider_refused");
        CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_sign_in"));
    }
}

TEST_CASE("kid-absent-single-jwks, idtoken-sig-rs256, client-secret-basic: what is right is taken"
) {
    const auto rsa = PrivateKey::make(webauthn::CoseAlgorithm::rs256, 1);
    Provider provider;
    Latchkey latchkey(with(provider));
    provider.script.keys = [&rsa](const json::Value&) {
        return json::object({{"keys", json::Array{jwk_of(rsa, "r1")}}});
    };
    provider.script.sign = [&rsa](const json::Value& claims) {
        return sign_token(rsa, "", claims);
    };
    Person ada(latchkey, "ada@example.com");
    CHECK(sign_in_there(ada, provider).location() == "/sign-in/add-passkey");
}

TEST_CASE("signing-key-rotation: a new key is asked for once, and strangers' keys once a minute") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    CHECK(sign_in_there(ada, provider).status() == 303);
    CHECK(provider.asked("/keys") == 1);
    CHECK(sign_in_there(ada, provider).status() == 303);
    CHECK(provider.asked("/keys") == 1);
    latchkey.clock.advance(61s);
    provider.rotate_keys();
    CHECK(sign_in_there(ada, provider).status() == 303);
    CHECK(provider.asked("/keys") == 2);
    const auto eve = PrivateKey::make(webauthn::CoseAlgorithm::es256, 66);
    provider.script.sign = [&eve](const json::Value& claims) {
        return sign_token(eve, "k-of-eve", claims);
    };
    for (int i = 0; i < 3; ++i)
        CHECK(sign_in_there(ada, provider).error() == "provider_refused");
    CHECK(provider.asked("/keys") == 2);
}

TEST_CASE("discovery-issuer-mismatch: metadata of another issuer sends nobody anywhere") {
    Provider provider;
    provider.script.metadata = [](json::Value metadata) {
        metadata.set("issuer", "https://evil.example");
        return metadata;
    };
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    CHECK(ada.browser.get("/sign-in/with/there").error() == "provider_unavailable");
}

TEST_CASE("userinfo-invalid-sub: an address about somebody else is not believed") {
    Provider provider;
    LatchkeyOptions options;
    options.providers = [&provider] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(provider.configured("there"));
        configured.back().provider.trusts_address = true;
        return configured;
    };
    Latchkey latchkey(std::move(options));
    Person ada(latchkey, "ada@example.com");
    no_claim("email")(provider.script);
    provider.script.userinfo = R"({"sub":"eve","email":"ada@example.com","email_verified":true})";
    CHECK(sign_in_there(ada, provider).error() == "provider_refused");
    provider.script.userinfo =
        R"({"sub":"ada-there","email":"ada@example.com","email_verified":true})";
    CHECK(sign_in_there(ada, provider).location() == "/sign-in/add-passkey");
}

}  // namespace
}  // namespace latchkey::test
