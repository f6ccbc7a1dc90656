// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/jws.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Other providers that people may sign in with: what is configured of each, and what each says of
/// itself.
namespace latchkey::oidc {

/// Whose rules a provider follows beside the standard's.
enum class ProviderKind : std::uint8_t { google, apple, other };

/// What an Apple client proves itself with: a secret is signed for each request.
struct AppleKey {
    std::string team_id;
    std::string key_id;
    crypto::Es256Signer signer;
};

/// One provider as configured; all values were checked.
struct Provider {
    std::string name;   // in our paths: "google"
    std::string label;  // for people: "Google"
    ProviderKind kind = ProviderKind::other;
    std::string issuer;  // "https://accounts.google.com"
    std::string client_id;
    std::variant<SecretText, AppleKey> credential;
    std::string hosted_domain;    // Google Workspace: only accounts of this domain; empty: any
    bool trusts_address = false;  // kind other: an address that it calls verified is believed
};

/// The issuer and client of Google and Apple.
inline constexpr std::string_view google_issuer = "https://accounts.google.com";
inline constexpr std::string_view apple_issuer = "https://appleid.apple.com";

/// Whether a token or a response that names `issuer` is from this provider. To the letter, but for
/// Google, which also writes its issuer without the scheme.
bool is_issuer_of(const Provider& provider, std::string_view issuer);

/// Where a provider publishes its metadata (OpenID Connect Discovery 4).
std::string discovery_url(const Provider& provider);

/// https, a host, no user name and no fragment, at most url_bytes of visible ASCII.
bool is_endpoint(std::string_view url);

/// What a provider says of itself, as far as we need it.
struct Metadata {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string userinfo_endpoint;  // empty: none
    std::string jwks_uri;
    bool takes_basic = true;        // the client may prove itself by HTTP Basic
    bool names_its_issuer = false;  // RFC 9207: every authorization response has `iss`
};

/// The document at discovery_url(). nullopt: not one, or not of this issuer to the letter
/// (Discovery 4.3), or without an endpoint that is needed, or one of them is not https.
std::optional<Metadata> parse_metadata(std::string_view text, const Provider& provider);

/// How long a document may be kept by its Cache-Control header (RFC 9111 5.2.2), between
/// shortest_cache and longest_cache; usual_cache without one.
std::chrono::seconds cache_lifetime(std::string_view cache_control);

}  // namespace latchkey::oidc
