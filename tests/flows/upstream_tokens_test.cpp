// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/provider.hpp"
#include "flows/upstream.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/providers.hpp"
#include "support/http_client.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// A provider that is wrong, in each way of the OpenID Foundation's 20 modules for relying parties
// (14 of oidcc-client-basic, 6 of oidcc-client-config).
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// A provider that is right or wrong in one way, and what comes of it.
struct Module {
    const char* name;
    std::function<void(ProviderScript&)> bend;
    const char* outcome;
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

std::function<void(ProviderScript&)> both(
    const std::function<void(ProviderScript&)>& first, std::function<void(ProviderScript&)> second
) {
    return [first, second = std::move(second)](ProviderScript& script) {
        first(script);
        second(script);
    };
}

std::function<void(ProviderScript&)> userinfo(const char* text) {
    return [text](ProviderScript& script) { script.userinfo = text; };
}

/// Publishes the one key, signs with the other.
std::function<void(ProviderScript&)> signs(
    const PrivateKey& published, const PrivateKey& used, const char* key_id
) {
    return [published, used, key_id](ProviderScript& script) {
        script.keys = [published](const json::Value&) {
            return json::object({{"keys", json::Array{jwk_of(published, "k1")}}});
        };
        script.sign = [used, key_id](const json::Value& claims) {
            return sign_token(used, key_id, claims);
        };
    };
}

std::function<void(ProviderScript&)> described(const char* member, json::Value value) {
    return [member, value](ProviderScript& script) {
        script.metadata = [member, value](json::Value metadata) {
            metadata.set(member, value);
            return metadata;
        };
    };
}

void sign_with_nothing(ProviderScript& script) {
    script.sign = [](const json::Value& claims) {
        return base64url_encode(bytes_of(R"({"alg":"none"})")) + "." +
               base64url_encode(bytes_of(json::write(claims))) + ".";
    };
}

void publish_a_second_key(ProviderScript& script) {
    script.keys = [](const json::Value& set) {
        json::Array keys = *set.find("keys")->as_array();
        keys.push_back(jwk_of(PrivateKey::make(webauthn::CoseAlgorithm::es256, 66), "k0"));
        return json::object({{"keys", keys}});
    };
    script.sign = [](const json::Value& claims) {
        return sign_token(PrivateKey::make(webauthn::CoseAlgorithm::es256, 1), "", claims);
    };
}

/// An own provider, as an operator may have: its addresses are believed, and asked for.
LatchkeyOptions trusting(const Provider& provider) {
    LatchkeyOptions options;
    options.providers = [&provider] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(provider.configured("there"));
        configured.back().provider.trusts_address = true;
        return configured;
    };
    return options;
}

/// As far as the provider lets a new person come.
std::string outcome_of(const std::function<void(ProviderScript&)>& bend) {
    Provider provider;
    bend(provider.script);
    Latchkey latchkey(trusting(provider));
    Person ada(latchkey, "ada@example.com");
    const Page sent = ada.browser.get("/sign-in/with/there");
    if (sent.status() != 303) return sent.error();
    const Page back = ada.browser.get(callback(provider.agree(sent.location())));
    const bool is_proved = ada.browser.has_cookie("__Host-latchkey_sign_in");
    CHECK(is_proved == (back.location() == "/sign-in/add-passkey"));
    return is_proved ? "proved" : back.error();
}

TEST_CASE("6.8.2: the OpenID Foundation's modules for relying parties, each by its name") {
    const auto rsa = PrivateKey::make(webauthn::CoseAlgorithm::rs256, 1);
    const auto eve = PrivateKey::make(webauthn::CoseAlgorithm::rs256, 66);
    const auto ec = PrivateKey::make(webauthn::CoseAlgorithm::es256, 1);
    const char* of_eve = R"({"sub":"eve","email":"ada@example.com","email_verified":true})";
    const char* of_ada = R"({"sub":"ada-there","email":"ada@example.com","email_verified":true})";
    const auto other = json::Value("https://evil.example");
    const auto nowhere = json::Value("https://localhost:1/keys");
    const std::vector<Module> modules{
        // oidcc-client-basic
        {"oidcc-client-test", [](ProviderScript&) {}, "proved"},
        {"oidcc-client-test-invalid-iss", claim("iss", other), "provider_refused"},
        {"oidcc-client-test-missing-sub", no_claim("sub"), "provider_refused"},
        {"oidcc-client-test-invalid-aud", claim("aud", "another"), "provider_refused"},
        {"oidcc-client-test-missing-iat", no_claim("iat"), "provider_refused"},
        {"oidcc-client-test-kid-absent-single-jwks", signs(ec, ec, ""), "proved"},
        {"oidcc-client-test-kid-absent-multiple-jwks", publish_a_second_key, "provider_refused"},
        {"oidcc-client-test-idtoken-sig-rs256", signs(rsa, rsa, "k1"), "proved"},
        {"oidcc-client-test-idtoken-sig-none", sign_with_nothing, "provider_refused"},
        {"oidcc-client-test-invalid-sig-rs256", signs(rsa, eve, "k1"), "provider_refused"},
        {"oidcc-client-test-userinfo-invalid-sub",
         both(no_claim("email"), userinfo(of_eve)),
         "provider_refused"},
        {"oidcc-client-test-nonce-invalid", claim("nonce", "another"), "provider_refused"},
        {"oidcc-client-test-scope-userinfo-claims",
         both(no_claim("email"), userinfo(of_ada)),
         "proved"},
        {"oidcc-client-test-client-secret-basic",
         [](ProviderScript& script) { script.takes_form = false; },
         "proved"},
        // oidcc-client-config; its idtoken-sig-none is the one above, its two of key rotation below
        {"oidcc-client-test-discovery-openid-config",
         described("authorization_response_iss_parameter_supported", true),
         "provider_refused"},  // what the document announces is asked for
        {"oidcc-client-test-discovery-jwks-uri-keys",
         described("jwks_uri", nowhere),
         "provider_unavailable"},  // the keys are those of the document
        {"oidcc-client-test-discovery-issuer-mismatch",
         described("issuer", other),
         "provider_unavailable"},
    };
    for (const Module& module : modules) {
        CAPTURE(std::string(module.name));
        CHECK(outcome_of(module.bend) == module.outcome);
    }
}

TEST_CASE("6.8.2: what those modules leave out opens nothing either") {
    const auto eve = PrivateKey::make(webauthn::CoseAlgorithm::es256, 66);
    const auto confuse_keys = [&eve](ProviderScript& script) {
        script.sign = [&eve](const json::Value& claims) {
            const json::Value header = json::object({{"alg", "HS256"}, {"kid", "k1"}});
            return sign_jws(eve, header, json::write(claims));
        };
    };
    const auto forget_token = [](ProviderScript& script) {
        script.tokens = [](const json::Value&) {
            return json::object({{"token_type", "Bearer"}, {"access_token", "access"}});
        };
    };
    const std::vector<Module> modules{
        {"no nonce", no_claim("nonce"), "provider_refused"},
        {"expired", claim("exp", 1), "provider_refused"},
        {"issued long ago", claim("iat", 1), "provider_refused"},
        {"azp", claim("azp", "another-client"), "provider_refused"},
        {"two audiences",
         claim("aud", json::Array{json::Value("latchkey"), json::Value("another")}),
         "provider_refused"},
        {"at_hash", claim("at_hash", "another"), "provider_refused"},
        {"key confusion", confuse_keys, "provider_refused"},
        {"no ID token", forget_token, "provider_refused"},
    };
    for (const Module& module : modules) {
        CAPTURE(std::string(module.name));
        CHECK(outcome_of(module.bend) == module.outcome);
    }
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
    for (int i = 0; i < 3; ++i) {
        CHECK(sign_in_there(ada, provider).error() == "provider_refused");
    }
    CHECK(provider.asked("/keys") == 2);
}

TEST_CASE("signing-key-rotation-just-before-signing: the key is newer than the keys we have") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    REQUIRE(sign_in_there(ada, provider).status() == 303);
    latchkey.clock.advance(61s);
    const Fields answer = go_and_agree(ada, provider);
    provider.rotate_keys();
    CHECK(ada.browser.get(callback(answer)).location() == "/sign-in/add-passkey");
    CHECK(provider.asked("/keys") == 2);
}

}  // namespace
}  // namespace latchkey::test
