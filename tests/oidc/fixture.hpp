// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "oidc/id_token.hpp"
#include "oidc/provider.hpp"
#include "support/jwt.hpp"
#include "support/private_key.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A provider as a test configures it, its keys, and tokens of it.
namespace latchkey::oidc {

/// 2026-11-22T12:00:00Z
inline constexpr TimePoint noon{std::chrono::milliseconds(1'795'348'800'000)};

inline constexpr std::string_view nonce = "n-0S6_WzA2Mj";

inline Provider provider(ProviderKind kind = ProviderKind::other) {
    Provider made{
        .name = "example",
        .label = "Example",
        .kind = kind,
        .issuer = "https://idp.example.net",
        .client_id = "client-1",
        .credential = SecretText(std::string("s3cret/+")),
    };
    if (kind == ProviderKind::google) made.issuer = google_issuer;
    if (kind == ProviderKind::apple) made.issuer = apple_issuer;
    return made;
}

inline const test::PrivateKey& signing_key() {
    static const auto key = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 7);
    return key;
}

inline std::vector<crypto::JsonWebKey> keys() {
    return crypto::parse_jwk_set(test::jwk_set({test::jwk_of(signing_key(), "k1")})).value();
}

inline std::int64_t at(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The claims of a good token.
inline json::Value claims_of(const Provider& from) {
    return json::object({
        {"iss", from.issuer},
        {"sub", "ada-there"},
        {"aud", from.client_id},
        {"exp", at(noon + std::chrono::minutes(10))},
        {"iat", at(noon)},
        {"nonce", nonce},
        {"email", "ada@example.com"},
        {"email_verified", true},
    });
}

inline Result<IdToken> verify(const Provider& from, const json::Value& claims) {
    return verify_id_token(
        test::sign_token(signing_key(), "k1", claims),
        keys(),
        {.provider = from, .nonce = nonce, .access_token = "token", .now = noon}
    );
}

inline json::Value without(const json::Value& object, std::string_view name) {
    json::Object members;
    for (const json::Member& member : *object.as_object()) {
        if (member.first != name) members.push_back(member);
    }
    return members;
}

inline json::Value with(json::Value object, std::string_view name, json::Value value) {
    object.set(std::string(name), std::move(value));
    return object;
}

}  // namespace latchkey::oidc
