// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/jws.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/jws_reader.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

using test::jwk_of;
using test::jwk_set;
using test::PrivateKey;
using webauthn::CoseAlgorithm;

const PrivateKey& rsa() {
    static const PrivateKey key = PrivateKey::make(CoseAlgorithm::rs256, 1);
    return key;
}

const PrivateKey& ec() {
    static const PrivateKey key = PrivateKey::make(CoseAlgorithm::es256, 1);
    return key;
}

std::vector<JsonWebKey> keys_of(json::Array keys) {
    auto parsed = parse_jwk_set(jwk_set(std::move(keys)));
    REQUIRE(parsed.has_value());
    return *std::move(parsed);
}

JwsCheck check(const std::string& token, json::Array keys) {
    const auto jws = parse_jws(token);
    REQUIRE(jws.has_value());
    return verify_jws(*jws, keys_of(std::move(keys)));
}

json::Value claims() {
    return json::object({{"sub", "ada"}});
}

std::string with_header(const json::Value& header) {
    return test::sign_jws(ec(), header, "{}");
}

TEST_CASE("RS256 and ES256 verify with the key of their kid, and with no other") {
    for (const PrivateKey* key : {&rsa(), &ec()}) {
        const std::string token = test::sign_token(*key, "k1", claims());
        CHECK(check(token, {jwk_of(rsa(), "k1"), jwk_of(ec(), "k1")}) == JwsCheck::valid);
        CHECK(check(token, {jwk_of(*key, "k2")}) == JwsCheck::key_unknown);
        const PrivateKey other = PrivateKey::make(key->algorithm(), 2);
        CHECK(check(token, {jwk_of(other, "k1")}) == JwsCheck::bad_signature);
    }
}

TEST_CASE("without a kid one key that fits is enough, and two are too many") {
    const std::string token = test::sign_token(ec(), "", claims());
    CHECK(check(token, {jwk_of(ec(), "k1"), jwk_of(rsa(), "k2")}) == JwsCheck::valid);
    const PrivateKey other = PrivateKey::make(CoseAlgorithm::es256, 2);
    CHECK(check(token, {jwk_of(ec(), "k1"), jwk_of(other, "k2")}) == JwsCheck::key_ambiguous);
    CHECK(check(token, {}) == JwsCheck::key_unknown);
}

TEST_CASE("any changed character of a JWS is refused") {
    const std::string token = test::sign_token(ec(), "k1", claims());
    const auto keys = keys_of({jwk_of(ec(), "k1")});
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto jws = parse_jws(changed);
        CAPTURE(i);
        CHECK((!jws || verify_jws(*jws, keys) != JwsCheck::valid));
    }
}

TEST_CASE("9.1.2: none, MACs and unknown algorithms are no algorithms") {
    for (const char* algorithm : {"none", "None", "HS256", "RS1", "RS512", "PS256", "ES384", ""}) {
        CAPTURE(algorithm);
        CHECK_FALSE(parse_jws(with_header(json::object({{"alg", algorithm}}))));
    }
    CHECK_FALSE(parse_jws(with_header(json::object({}))));
    CHECK_FALSE(parse_jws(with_header(json::object({{"alg", 1}}))));
    const std::string unsigned_token =
        base64url_encode(bytes_of(R"({"alg":"none"})")) + "." + base64url_encode(bytes_of("{}"));
    CHECK_FALSE(parse_jws(unsigned_token + "."));
}

TEST_CASE("9.1.2: a key serves one algorithm: an EC key no RS256, an RSA key no ES256") {
    const std::string header = R"({"alg":"RS256","kid":"k1"})";
    const std::string token =
        test::sign_jws(ec(), json::parse(header).value(), json::write(claims()));
    CHECK(check(token, {jwk_of(ec(), "k1")}) == JwsCheck::key_unknown);
}

TEST_CASE("9.1.3: keys in or pointed to by the header are not looked at") {
    const PrivateKey evil = PrivateKey::make(CoseAlgorithm::es256, 66);
    const json::Value header = json::object(
        {{"alg", "ES256"}, {"jwk", jwk_of(evil, "")}, {"jku", "https://evil.example/keys"}}
    );
    CHECK(
        check(test::sign_jws(evil, header, "{}"), {jwk_of(ec(), "k1")}) == JwsCheck::bad_signature
    );
}

TEST_CASE("RFC 7515 4.1.11: what says that it must be understood is refused") {
    json::Value header = json::object({{"alg", "ES256"}});
    CHECK(parse_jws(with_header(header)));
    header.set("crit", json::Array{json::Value("b64")});
    CHECK_FALSE(parse_jws(with_header(header)));
}

TEST_CASE("a JWS has three parts of base64url and a limit") {
    for (const char* text : {"", ".", "..", "a.b", "a.b.c.d", "e30.e30.e30=", "e30.e30"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_jws(text));
    }
    CHECK_FALSE(
        parse_jws(test::sign_jws(ec(), json::object({{"alg", "ES256"}}), std::string(70'000, 'x')))
    );
}

TEST_CASE("RFC 7517: keys for something else, private keys and weak keys are skipped") {
    const auto usable = [](json::Value key) { return keys_of({std::move(key)}).size() == 1; };
    const json::Value good = jwk_of(ec(), "k1");
    CHECK(usable(good));
    const auto with = [&good](const char* name, json::Value value) {
        json::Value key = good;
        key.set(name, std::move(value));
        return key;
    };
    CHECK_FALSE(usable(with("use", "enc")));
    CHECK_FALSE(usable(with("use", 1)));
    CHECK_FALSE(usable(with("alg", "ES384")));
    CHECK(usable(with("alg", "ES256")));
    CHECK_FALSE(usable(with("key_ops", json::Array{json::Value("sign")})));
    CHECK(usable(with("key_ops", json::Array{json::Value("verify")})));
    CHECK_FALSE(usable(with("d", "AAAA")));
    CHECK_FALSE(usable(with("crv", "P-384")));
    CHECK_FALSE(usable(with("x", base64url_encode(Bytes(32)))));
    CHECK_FALSE(usable(with("kty", "oct")));
    json::Value weak = jwk_of(rsa(), "k1");
    weak.set("e", "AQ");
    CHECK_FALSE(usable(weak));
    weak = jwk_of(rsa(), "k1");
    weak.set("n", "AQAB");
    CHECK_FALSE(usable(weak));
}

TEST_CASE("a JWK Set is an object with a list of at most 64 keys") {
    CHECK_FALSE(parse_jwk_set(""));
    CHECK_FALSE(parse_jwk_set("[]"));
    CHECK_FALSE(parse_jwk_set(R"({"keys":{}})"));
    CHECK(parse_jwk_set(R"({"keys":[1,null,{}]})")->empty());
    CHECK_FALSE(parse_jwk_set(jwk_set(json::Array(65))));
}

TEST_CASE("RFC 7515 A.3: the example of the standard verifies with its key") {
    constexpr const char* token =
        "eyJhbGciOiJFUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
        "pmWQxfKTUJqPP3-Kg6NU1Q";
    const json::Value key = json::object({
        {"kty", "EC"},
        {"crv", "P-256"},
        {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
        {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    });
    CHECK(check(token, {key}) == JwsCheck::valid);
}

/// Made for this test.
constexpr const char* private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzliRzRqYfJwRsp+b\n"
    "vnKJOaRjRZzdJ1cRvUocX5hyS4+hRANCAAQP1DvgMsDMaml4rPx4RVlslL+aw4Vw\n"
    "79fNYpqwiys7Nl8iUzYhEtdUusn/z1A9k+4yA4kL0MS2QBm9yW7sqxRN\n"
    "-----END PRIVATE KEY-----\n";

TEST_CASE("what we sign with a key from PEM verifies with its public half") {
    const auto signer = Es256Signer::from_pem(private_pem);
    REQUIRE(signer.has_value());
    const json::Value key = json::object(
        {{"kty", "EC"},
         {"kid", "k"},
         {"crv", "P-256"},
         {"x", "D9Q74DLAzGppeKz8eEVZbJS_msOFcO_XzWKasIsrOzY"},
         {"y", "XyJTNiES11S6yf_PUD2T7jIDiQvQxLZAGb3JbuyrFE0"}}
    );
    // r or s has a leading zero in one of 128 signatures.
    for (int i = 0; i < 600; ++i) {
        const std::string payload = "{\"i\":" + std::to_string(i) + "}";
        const std::string token = signer->sign(R"({"alg":"ES256","kid":"k"})", payload);
        REQUIRE(check(token, {key}) == JwsCheck::valid);
        CHECK(text_of(parse_jws(token)->payload) == payload);
    }
}

TEST_CASE("a signer is made of nothing but a P-256 key in PEM") {
    CHECK_FALSE(Es256Signer::from_pem(""));
    CHECK_FALSE(Es256Signer::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    ));
    CHECK_FALSE(Es256Signer::from_pem(std::string(20'000, 'A')));
    constexpr const char* p384 =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC2SgT7q6qC3XyDxCKU\n"
        "8inmynmJ1o4puPlFrD1dP5j4o3noFahHSs3xa100yeYXLpuhZANiAAS6njBs7MJA\n"
        "xdpESa3WrVbUy2tASf28ZuVvWNxydbRLSi0ljUChK2QIzDqOSuTekx61JPoMJmfR\n"
        "B6FlYvxPxmoD3nm61WcZ80h0+t6yCnr64DRuGKZtwzXt70i16EBBu98=\n"
        "-----END PRIVATE KEY-----\n";
    CHECK_FALSE(Es256Signer::from_pem(p384));
}

}  // namespace
}  // namespace latchkey::crypto
