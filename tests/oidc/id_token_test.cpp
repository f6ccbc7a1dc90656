// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/id_token.hpp"

#include "base/clock.hpp"
#include "base/json.hpp"
#include "crypto/jws.hpp"
#include "latchkey/webauthn/types.hpp"
#include "oidc/fixture.hpp"
#include "oidc/provider.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

// OpenID Connect Core 3.1.3.7; the names of the OpenID Foundation's modules for relying parties
// (oidcc-client-test-...) stand in brackets.
namespace latchkey::oidc {

namespace {

using enum TokenError;
using std::chrono::minutes;
using std::chrono::seconds;

std::optional<TokenError> refusal(const json::Value& claims, const Provider& from = provider()) {
    const auto verified = verify(from, claims);
    return verified.has_value() ? std::nullopt : std::optional(verified.error());
}

std::optional<TokenError> refusal_with(std::string_view name, json::Value value) {
    return refusal(with(claims_of(provider()), name, std::move(value)));
}

Result<IdToken> verify_signed(const std::string& token, json::Array published) {
    const Provider from = provider();
    return verify_id_token(
        token,
        crypto::parse_jwk_set(test::jwk_set(std::move(published))).value(),
        {.provider = from, .nonce = nonce, .access_token = "", .now = noon}
    );
}

TEST_CASE("a good token says who it is [client-test]") {
    const auto token = verify(provider(), claims_of(provider()));
    REQUIRE(token.has_value());
    CHECK(token->subject == "ada-there");
    REQUIRE(token->address.has_value());
    CHECK(token->address->email == "ada@example.com");
    CHECK(token->address->is_verified);
}

TEST_CASE("step 2: another issuer, to the letter [invalid-iss]") {
    for (const char* issuer :
         {"https://idp.example.net/", "https://idp.example.com", "idp.example.net", ""}) {
        CAPTURE(issuer);
        CHECK(refusal_with("iss", issuer) == issuer_mismatch);
    }
    CHECK(refusal(without(claims_of(provider()), "iss")) == issuer_mismatch);
    CHECK(refusal_with("iss", 1) == issuer_mismatch);
}

TEST_CASE("step 2: Google has two spellings, and nobody else has") {
    const Provider google = provider(ProviderKind::google);
    CHECK(refusal(claims_of(google), google) == std::nullopt);
    CHECK(refusal(with(claims_of(google), "iss", "accounts.google.com"), google) == std::nullopt);
    CHECK(
        refusal(with(claims_of(google), "iss", "http://accounts.google.com"), google) ==
        issuer_mismatch
    );
    CHECK(refusal_with("iss", "accounts.google.com") == issuer_mismatch);
}

TEST_CASE("a token without a subject, or with an impossible one [missing-sub]") {
    CHECK(refusal(without(claims_of(provider()), "sub")) == claims_malformed);
    CHECK(refusal_with("sub", "") == claims_malformed);
    CHECK(refusal_with("sub", 7) == claims_malformed);
    CHECK(refusal_with("sub", std::string(256, 'a')) == claims_malformed);
    CHECK(refusal_with("sub", std::string(255, 'a')) == std::nullopt);
    CHECK(refusal_with("sub", "\xc3\xa4") == claims_malformed);
}

TEST_CASE("step 3: for somebody else, or not for us alone [invalid-aud]") {
    CHECK(refusal_with("aud", "client-2") == audience_mismatch);
    CHECK(refusal(without(claims_of(provider()), "aud")) == audience_mismatch);
    CHECK(refusal_with("aud", json::Array{}) == audience_mismatch);
    CHECK(refusal_with("aud", json::Array{json::Value("client-1")}) == std::nullopt);
    CHECK(
        refusal_with("aud", json::Array{json::Value("client-1"), json::Value("client-2")}) ==
        audience_mismatch
    );
}

TEST_CASE("steps 4 and 5: issued to another party") {
    CHECK(refusal_with("azp", "client-1") == std::nullopt);
    CHECK(refusal_with("azp", "client-2") == party_mismatch);
    CHECK(refusal_with("azp", 1) == party_mismatch);
}

TEST_CASE("steps 6 and 8: a signature of another key [invalid-sig-rs256]") {
    const auto other = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 8);
    const auto token = test::sign_token(other, "k1", claims_of(provider()));
    CHECK(verify_signed(token, {test::jwk_of(signing_key(), "k1")}).error() == bad_signature);
}

TEST_CASE("step 7: RS256 is taken, `none` and MACs are not [idtoken-sig-rs256, idtoken-sig-none]") {
    const auto rsa = test::PrivateKey::make(webauthn::CoseAlgorithm::rs256, 1);
    const auto token = test::sign_token(rsa, "k1", claims_of(provider()));
    CHECK(verify_signed(token, {test::jwk_of(rsa, "k1")}).has_value());
    for (const char* algorithm : {"none", "HS256"}) {
        const auto forged = test::sign_jws(
            rsa, json::object({{"alg", algorithm}}), json::write(claims_of(provider()))
        );
        CHECK(verify_signed(forged, {test::jwk_of(rsa, "k1")}).error() == malformed);
    }
}

TEST_CASE("without a kid: one key is taken, of several none [kid-absent-single/multiple-jwks]") {
    const auto other = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 8);
    const auto token = test::sign_token(signing_key(), "", claims_of(provider()));
    const auto ours = test::jwk_of(signing_key(), "k1");
    CHECK(verify_signed(token, {ours}).has_value());
    CHECK(verify_signed(token, {ours, test::jwk_of(other, "k2")}).error() == key_ambiguous);
}

TEST_CASE("a key that is not published yet is told apart from a bad one [signing-key-rotation]") {
    const auto token = test::sign_token(signing_key(), "k9", claims_of(provider()));
    CHECK(verify_signed(token, {test::jwk_of(signing_key(), "k1")}).error() == key_unknown);
}

TEST_CASE("step 9: expired, with a minute between the clocks") {
    const auto expires = [](TimePoint time) { return refusal_with("exp", at(time)); };
    CHECK(expires(noon - minutes(1)) == expired);
    CHECK(expires(noon - seconds(59)) == std::nullopt);
    CHECK(refusal(without(claims_of(provider()), "exp")) == claims_malformed);
    CHECK(refusal_with("exp", "1795348800") == claims_malformed);
    CHECK(refusal_with("exp", -1) == claims_malformed);
    CHECK(refusal_with("exp", std::int64_t{9'223'372'036'854'775'807}) == claims_malformed);
}

TEST_CASE("step 10: without the time of its issue, from the future, or kept too long [missing-iat]"
) {
    const auto issued = [](TimePoint time) { return refusal_with("iat", at(time)); };
    CHECK(refusal(without(claims_of(provider()), "iat")) == claims_malformed);
    CHECK(issued(noon + seconds(60)) == std::nullopt);
    CHECK(issued(noon + seconds(61)) == issued_wrongly);
    CHECK(issued(noon - minutes(10)) == std::nullopt);
    CHECK(issued(noon - minutes(10) - seconds(1)) == issued_wrongly);
    CHECK(refusal_with("nbf", at(noon + seconds(61))) == issued_wrongly);
    CHECK(refusal_with("nbf", at(noon)) == std::nullopt);
}

TEST_CASE("step 11: the nonce of another request, or none [nonce-invalid]") {
    CHECK(refusal_with("nonce", "another") == nonce_mismatch);
    CHECK(refusal_with("nonce", "") == nonce_mismatch);
    CHECK(refusal(without(claims_of(provider()), "nonce")) == nonce_mismatch);
}

TEST_CASE("3.1.3.8: an access token that belongs to another ID token") {
    CHECK(refusal_with("at_hash", crypto::half_hash("token")) == std::nullopt);
    CHECK(refusal_with("at_hash", crypto::half_hash("another")) == access_token_mismatch);
    CHECK(refusal_with("at_hash", 1) == access_token_mismatch);
}

TEST_CASE("5.3.2: userinfo about another subject [userinfo-invalid-sub, scope-userinfo-claims]") {
    const Provider from = provider();
    const char* good = R"({"sub":"ada-there","email":"ada@example.com","email_verified":true})";
    const auto address = parse_userinfo(good, from, "ada-there");
    REQUIRE(address.has_value());
    CHECK((*address)->email == "ada@example.com");
    CHECK((*address)->is_verified);
    CHECK(parse_userinfo(good, from, "eve-there").error() == subject_mismatch);
    CHECK(parse_userinfo(R"({"email":"a@b.c"})", from, "ada-there").error() == subject_mismatch);
    CHECK(parse_userinfo("[]", from, "ada-there").error() == claims_malformed);
    CHECK_FALSE((*parse_userinfo(R"({"sub":"ada-there"})", from, "ada-there")).has_value());
}

TEST_CASE("a Workspace domain that was configured is checked in the token, not in the request") {
    Provider google = provider(ProviderKind::google);
    google.hosted_domain = "example.com";
    CHECK(refusal(claims_of(google), google) == domain_mismatch);
    CHECK(refusal(with(claims_of(google), "hd", "example.org"), google) == domain_mismatch);
    CHECK(refusal(with(claims_of(google), "hd", "example.com"), google) == std::nullopt);
}

std::optional<std::string> vouched(const Provider& from, const json::Value& claims) {
    const auto token = verify(from, claims);
    REQUIRE(token.has_value());
    return vouched_address(*token, from);
}

TEST_CASE("Google vouches for gmail.com and for its Workspaces, for nothing else") {
    const Provider google = provider(ProviderKind::google);
    const json::Value claims = claims_of(google);
    CHECK(vouched(google, claims) == std::nullopt);
    CHECK(vouched(google, with(claims, "hd", "example.com")) == "ada@example.com");
    CHECK(vouched(google, with(claims, "email", "ada@gmail.com")) == "ada@gmail.com");
    CHECK(vouched(google, with(claims, "email", "ada@notgmail.com")) == std::nullopt);
    CHECK(vouched(google, with(claims, "email", "ada@gmail.com.evil.example")) == std::nullopt);
    const json::Value unverified = with(with(claims, "hd", "example.com"), "email_verified", false);
    CHECK(vouched(google, unverified) == std::nullopt);
    CHECK(vouched(google, with(unverified, "email_verified", "true")) == std::nullopt);
}

TEST_CASE("Apple writes booleans as strings, and its addresses may be relays") {
    const Provider apple = provider(ProviderKind::apple);
    json::Value claims = with(claims_of(apple), "email", "x7@privaterelay.appleid.com");
    for (const json::Value& yes : {json::Value(true), json::Value("true")}) {
        claims = with(with(claims, "email_verified", yes), "is_private_email", yes);
        const auto token = verify(apple, claims);
        REQUIRE(token.has_value());
        CHECK(token->address->is_private);
        CHECK(vouched_address(*token, apple) == "x7@privaterelay.appleid.com");
    }
    for (const json::Value& no :
         {json::Value(false), json::Value("false"), json::Value("TRUE"), json::Value(1)}) {
        CHECK(vouched(apple, with(claims, "email_verified", no)) == std::nullopt);
    }
    CHECK(vouched(apple, without(claims, "email")) == std::nullopt);
}

TEST_CASE("another provider vouches for an address only if the operator trusts it") {
    Provider from = provider();
    CHECK(vouched(from, claims_of(from)) == std::nullopt);
    from.trusts_address = true;
    CHECK(vouched(from, claims_of(from)) == "ada@example.com");
    CHECK(vouched(from, without(claims_of(from), "email_verified")) == std::nullopt);
}

// ---- Apple's notices

json::Value notice_claims(std::string_view event) {
    const Provider apple = provider(ProviderKind::apple);
    return json::object({
        {"iss", apple.issuer},
        {"aud", apple.client_id},
        {"iat", at(noon)},
        {"jti", "j1"},
        {"events", event},
    });
}

Result<std::optional<AppleNotice>> notice(const json::Value& claims) {
    return verify_apple_notice(
        test::sign_token(signing_key(), "k1", claims), keys(), provider(ProviderKind::apple), noon
    );
}

TEST_CASE("Apple tells by a signed notice what happened to whom") {
    using enum AppleNoticeKind;
    constexpr std::array<std::pair<const char*, AppleNoticeKind>, 5> kinds{{
        {"consent-revoked", consent_revoked},
        {"account-delete", account_deleted},
        {"account-deleted", account_deleted},
        {"email-disabled", mail_off},
        {"email-enabled", mail_on},
    }};
    for (const auto& [type, kind] : kinds) {
        const std::string event = std::string(R"({"type":")") + type + R"(","sub":"ada-there"})";
        const auto verified = notice(notice_claims(event));
        REQUIRE(verified.has_value());
        REQUIRE(verified->has_value());
        CHECK((*verified)->kind == kind);
        CHECK((*verified)->subject == "ada-there");
        CHECK((*verified)->at == noon);
    }
    CHECK_FALSE((*notice(notice_claims(R"({"type":"new-thing","sub":"a"})"))).has_value());
}

TEST_CASE("a notice that Apple did not sign for us changes nothing") {
    constexpr const char* event = R"({"type":"consent-revoked","sub":"ada-there"})";
    const json::Value claims = notice_claims(event);
    CHECK(notice(with(claims, "iss", "https://evil.example")).error() == issuer_mismatch);
    CHECK(notice(with(claims, "aud", "client-2")).error() == audience_mismatch);
    CHECK(notice(with(claims, "iat", at(noon + minutes(5)))).error() == issued_wrongly);
    CHECK(notice(without(claims, "iat")).error() == claims_malformed);
    CHECK(notice(without(claims, "events")).error() == claims_malformed);
    CHECK(notice(with(claims, "events", "{")).error() == claims_malformed);
    CHECK(notice(notice_claims(R"({"type":"consent-revoked"})")).error() == claims_malformed);
    const auto other = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 8);
    const auto forged = verify_apple_notice(
        test::sign_token(other, "k1", claims), keys(), provider(ProviderKind::apple), noon
    );
    CHECK(forged.error() == bad_signature);
}

}  // namespace
}  // namespace latchkey::oidc
