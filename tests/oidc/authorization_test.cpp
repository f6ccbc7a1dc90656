// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/authorization.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "crypto/jws.hpp"
#include "crypto/jws_reader.hpp"
#include "latchkey/bytes.hpp"
#include "oidc/fixture.hpp"
#include "oidc/provider.hpp"
#include "support/jwt.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::oidc {
namespace {

Metadata metadata() {
    return {
        .authorization_endpoint = "https://idp.example.net/authorize",
        .token_endpoint = "https://idp.example.net/token",
        .jwks_uri = "https://idp.example.net/keys",
    };
}

Binding binding(std::uint8_t seed = 1) {
    std::array<std::byte, 32> bytes{};
    bytes.fill(std::byte{seed});
    return binding_of(bytes);
}

std::string url(const Provider& from, const Metadata& at = metadata()) {
    const Binding bound = binding();
    return authorization_url(
        from,
        at,
        {.redirect_uri = "https://id.example.com/sign-in/with/example/callback",
         .state = "s/1",
         .binding = bound}
    );
}

bool has(const std::string& query, std::string_view part) {
    return ("&" + query.substr(query.find('?') + 1) + "&").find("&" + std::string(part) + "&") !=
           std::string::npos;
}

TEST_CASE("nonce and verifier follow from the seed, and tell nothing of each other") {
    CHECK(binding(1).nonce == binding(1).nonce);
    CHECK(binding(1).nonce != binding(2).nonce);
    CHECK(binding(1).verifier.reveal() != binding(2).verifier.reveal());
    CHECK(binding(1).verifier.reveal() != binding(1).nonce);
    CHECK(binding(1).verifier.reveal().size() == 43);  // RFC 7636 4.1: 43 to 128
}

TEST_CASE("10.2.1, 10.2.3: code flow, S256, state, nonce, and no more scopes than needed") {
    const std::string address = url(provider());
    CHECK(address.starts_with("https://idp.example.net/authorize?"));
    CHECK(has(address, "response_type=code"));
    CHECK(has(address, "client_id=client-1"));
    CHECK(has(address, "scope=openid%20email"));
    CHECK(has(address, "state=s/1"));
    CHECK(has(address, "nonce=" + binding().nonce));
    CHECK(has(address, "code_challenge_method=S256"));
    const auto challenge = crypto::sha256(bytes_of(binding().verifier.reveal()));
    CHECK(has(address, "code_challenge=" + base64url_encode(challenge)));
    CHECK(address.find("response_mode") == std::string::npos);
    CHECK(address.find(binding().verifier.reveal()) == std::string::npos);
}

TEST_CASE("Apple answers by a form, Google is told of the domain, an endpoint keeps its query") {
    CHECK(has(url(provider(ProviderKind::apple)), "response_mode=form_post"));
    Provider google = provider(ProviderKind::google);
    google.hosted_domain = "example.com";
    CHECK(has(url(google), "hd=example.com"));
    Metadata at = metadata();
    at.authorization_endpoint += "?tenant=1";
    CHECK(url(provider(), at).starts_with("https://idp.example.net/authorize?tenant=1&response_"));
}

TEST_CASE("a response has a state and either a code or an error, all short and visible") {
    CHECK(check_response({.state = "s", .code = "c"}));
    CHECK(check_response({.state = "s", .error = "access_denied"}));
    CHECK_FALSE(check_response({.state = "", .code = "c"}));
    CHECK_FALSE(check_response({.state = "s"}));
    CHECK_FALSE(check_response({.state = "s", .code = "c", .error = "e"}));
    CHECK_FALSE(check_response({.state = "s", .code = "c\n"}));
    CHECK_FALSE(check_response({.state = "s", .code = std::string(2'049, 'c')}));
    CHECK_FALSE(check_response({.state = std::string(4'097, 's'), .code = "c"}));
    CHECK_FALSE(check_response({.state = "s", .code = "c", .issuer = "\xc3\xa4"}));
}

TEST_CASE("10.2.2, RFC 9207: a response of another issuer is refused; so is a missing name") {
    const Provider from = provider();
    Metadata at = metadata();
    const auto response = [](std::string issuer) {
        return AuthorizationResponse{.state = "s", .code = "c", .issuer = std::move(issuer)};
    };
    CHECK(is_response_of(response(""), from, at));
    CHECK(is_response_of(response(from.issuer), from, at));
    CHECK_FALSE(is_response_of(response("https://evil.example"), from, at));
    CHECK_FALSE(is_response_of(response(from.issuer + "/"), from, at));
    at.names_its_issuer = true;
    CHECK_FALSE(is_response_of(response(""), from, at));
}

TokenRequest redeem(const Provider& from, const Metadata& at = metadata()) {
    const Binding bound = binding();
    return token_request(
        from, at, {.code = "c+1", .redirect_uri = "https://r/", .binding = bound}, noon
    );
}

TEST_CASE("RFC 6749 2.3.1: the client proves itself by Basic where it may [client-secret-basic]") {
    const TokenRequest request = redeem(provider());
    CHECK(request.url == metadata().token_endpoint);
    CHECK(
        request.authorization.reveal() == "Basic " + base64_encode(bytes_of("client-1:s3cret/%2B"))
    );
    const std::string& body = request.body.reveal();
    CHECK(has(body, "grant_type=authorization_code"));
    CHECK(has(body, "code=c%2B1"));
    CHECK(has(body, "redirect_uri=https%3A//r/"));
    CHECK(has(body, "code_verifier=" + binding().verifier.reveal()));
    CHECK(body.find("client_secret") == std::string::npos);
}

TEST_CASE("and by the form where it must: Google, and whoever does not take Basic") {
    Metadata at = metadata();
    at.takes_basic = false;
    for (const TokenRequest& request :
         {redeem(provider(), at), redeem(provider(ProviderKind::google))}) {
        CHECK(request.authorization.reveal().empty());
        CHECK(has(request.body.reveal(), "client_id=client-1"));
        CHECK(has(request.body.reveal(), "client_secret=s3cret/%2B"));
    }
}

constexpr const char* apple_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzliRzRqYfJwRsp+b\n"
    "vnKJOaRjRZzdJ1cRvUocX5hyS4+hRANCAAQP1DvgMsDMaml4rPx4RVlslL+aw4Vw\n"
    "79fNYpqwiys7Nl8iUzYhEtdUusn/z1A9k+4yA4kL0MS2QBm9yW7sqxRN\n"
    "-----END PRIVATE KEY-----\n";

TEST_CASE("Apple's client secret is an ES256 JWT made for this request") {
    Provider apple = provider(ProviderKind::apple);
    apple.credential = AppleKey{
        .team_id = "TEAM123456",
        .key_id = "KEY1234567",
        .signer = crypto::Es256Signer::from_pem(apple_pem).value()
    };
    const std::string body = redeem(apple).body.reveal();
    const std::size_t begin = body.find("client_secret=") + 14;
    const auto jws = crypto::parse_jws(body.substr(begin, body.find('&', begin) - begin));
    REQUIRE(jws.has_value());
    CHECK(jws->key_id() == "KEY1234567");
    const json::Value key = json::object(
        {{"kty", "EC"},
         {"crv", "P-256"},
         {"x", "D9Q74DLAzGppeKz8eEVZbJS_msOFcO_XzWKasIsrOzY"},
         {"y", "XyJTNiES11S6yf_PUD2T7jIDiQvQxLZAGb3JbuyrFE0"},
         {"kid", "KEY1234567"}}
    );
    const auto published = crypto::parse_jwk_set(test::jwk_set({key}));
    CHECK(crypto::verify_jws(*jws, *published) == crypto::JwsCheck::valid);
    const auto claims = json::parse(text_of(jws->payload));
    CHECK(*claims->find_string("iss") == "TEAM123456");
    CHECK(*claims->find_string("sub") == "client-1");
    CHECK(*claims->find_string("aud") == "https://appleid.apple.com");
    CHECK(*claims->find("iat")->as_integer() == at(noon));
    CHECK(*claims->find("exp")->as_integer() == at(noon + std::chrono::minutes(5)));
}

TEST_CASE("a token response has an ID token and is for a bearer") {
    const auto response = parse_token_response(
        R"({"token_type":"Bearer","id_token":"a.b.c","access_token":"t","expires_in":3600})"
    );
    REQUIRE(response.has_value());
    CHECK(response->id_token == "a.b.c");
    CHECK(response->access_token.reveal() == "t");
    CHECK(parse_token_response(R"({"token_type":"bearer","id_token":"a"})"));
    CHECK_FALSE(parse_token_response(R"({"token_type":"DPoP","id_token":"a"})"));
    CHECK_FALSE(parse_token_response(R"({"token_type":"Bearer"})"));
    CHECK_FALSE(parse_token_response(R"({"id_token":"a"})"));
    CHECK_FALSE(parse_token_response(R"({"token_type":"Bearer","id_token":1})"));
    CHECK_FALSE(parse_token_response(
        R"({"token_type":"Bearer","id_token":"a","access_token":"x\r\nEvil: 1"})"
    ));
    CHECK_FALSE(parse_token_response("<html>"));
}

}  // namespace
}  // namespace latchkey::oidc
