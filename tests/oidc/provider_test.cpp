// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/provider.hpp"

#include "base/json.hpp"
#include "oidc/fixture.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace latchkey::oidc {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

json::Value document() {
    return json::object({
        {"issuer", "https://idp.example.net"},
        {"authorization_endpoint", "https://idp.example.net/authorize"},
        {"token_endpoint", "https://idp.example.net/token"},
        {"userinfo_endpoint", "https://idp.example.net/me"},
        {"jwks_uri", "https://idp.example.net/keys"},
    });
}

std::optional<Metadata> read(const json::Value& value) {
    return parse_metadata(json::write(value), provider());
}

TEST_CASE("Discovery 4: the document is below the issuer") {
    Provider from = provider();
    CHECK(discovery_url(from) == "https://idp.example.net/.well-known/openid-configuration");
    from.issuer = "https://idp.example.net/tenant/";
    CHECK(discovery_url(from) == "https://idp.example.net/tenant/.well-known/openid-configuration");
}

TEST_CASE("the metadata is read [discovery-openid-config, discovery-jwks-uri-keys]") {
    const auto metadata = read(document());
    REQUIRE(metadata.has_value());
    CHECK(metadata->authorization_endpoint == "https://idp.example.net/authorize");
    CHECK(metadata->token_endpoint == "https://idp.example.net/token");
    CHECK(metadata->userinfo_endpoint == "https://idp.example.net/me");
    CHECK(metadata->jwks_uri == "https://idp.example.net/keys");
    CHECK(metadata->takes_basic);
    CHECK_FALSE(metadata->names_its_issuer);
    constexpr const char* names = "authorization_response_iss_parameter_supported";
    CHECK(read(with(document(), names, true))->names_its_issuer);
    constexpr const char* methods = "token_endpoint_auth_methods_supported";
    const json::Array post{json::Value("client_secret_post")};
    CHECK_FALSE(read(with(document(), methods, post))->takes_basic);
}

TEST_CASE("10.5.3: metadata of another issuer, to the letter [discovery-issuer-mismatch]") {
    for (const char* issuer :
         {"https://idp.example.net/", "https://IDP.example.net", "https://evil.example", ""}) {
        CAPTURE(issuer);
        CHECK_FALSE(read(with(document(), "issuer", issuer)));
    }
    CHECK_FALSE(read(without(document(), "issuer")));
}

TEST_CASE("an endpoint that is needed is there, and every endpoint is https") {
    for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
        CAPTURE(name);
        CHECK_FALSE(read(without(document(), name)));
        for (const char* url :
             {"http://idp.example.net/x",
              "https://",
              "https:///x",
              "https://user@idp.example.net/x",
              "https://idp.example.net/x#y",
              "https://idp.example.net/x y",
              "https://idp.example.net/\\x",
              "file:///etc/passwd",
              "javascript:alert(1)"}) {
            CAPTURE(url);
            CHECK_FALSE(read(with(document(), name, url)));
        }
        CHECK_FALSE(read(with(document(), name, "https://h/" + std::string(2'040, 'x'))));
    }
    CHECK(read(without(document(), "userinfo_endpoint"))->userinfo_endpoint.empty());
    CHECK(read(with(document(), "userinfo_endpoint", "http://h/"))->userinfo_endpoint.empty());
    CHECK_FALSE(parse_metadata("", provider()));
    CHECK_FALSE(parse_metadata("[]", provider()));
}

TEST_CASE("RFC 9111: a document is kept as long as it says, within limits") {
    CHECK(cache_lifetime("") == hours(1));
    CHECK(cache_lifetime("public, max-age=19845, must-revalidate") == seconds(19'845));
    CHECK(cache_lifetime("Max-Age=600") == minutes(10));
    CHECK(cache_lifetime("max-age=0") == minutes(5));
    CHECK(cache_lifetime("max-age=-5") == minutes(5));
    CHECK(cache_lifetime("max-age=99999999") == hours(24));
    CHECK(cache_lifetime("max-age=99999999999999999999999") == hours(24));
    CHECK(cache_lifetime("no-store") == minutes(5));
    CHECK(cache_lifetime("max-age=600, no-cache") == minutes(5));
    CHECK(cache_lifetime("max-age=ten") == hours(1));
    CHECK(cache_lifetime(", ,,") == hours(1));
}

}  // namespace
}  // namespace latchkey::oidc
