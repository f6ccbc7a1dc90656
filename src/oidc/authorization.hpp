// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "oidc/provider.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The authorization code flow as a client (OpenID Connect Core 3.1, RFC 6749 4.1) with PKCE (RFC
/// 7636, S256), state, nonce and the issuer of RFC 9207.
namespace latchkey::oidc {

/// What ties the answers of a provider to one request, from one random seed that travels sealed.
struct Binding {
    std::string nonce;    // comes back in the ID token
    SecretText verifier;  // only we can redeem the code
};

Binding binding_of(const std::array<std::byte, 32>& seed);

struct AuthorizationRequest {
    std::string redirect_uri;
    std::string state;
    const Binding& binding;
};

/// Where the browser goes. Asks for `openid email` and nothing else (ASVS 10.2.3); Apple then
/// answers by a form that is posted to us.
std::string authorization_url(
    const Provider& provider, const Metadata& metadata, const AuthorizationRequest& request
);

/// What came back with the browser, unchecked but for its sizes. An absent one is empty.
struct AuthorizationResponse {
    std::string state;
    std::string code;
    std::string error;   // "access_denied"
    std::string issuer;  // `iss`
};

/// Cuts nothing: nullopt if one is too long or not visible ASCII, or if there is neither a code nor
/// an error.
std::optional<AuthorizationResponse> check_response(AuthorizationResponse response);

/// RFC 9207 2.4: whether the response is from this provider as far as it says. It must say so if
/// the provider announced that it does.
bool is_response_of(
    const AuthorizationResponse& response, const Provider& provider, const Metadata& metadata
);

struct TokenRequest {
    std::string url;
    SecretText body;           // application/x-www-form-urlencoded
    SecretText authorization;  // value of the Authorization header; empty: none
};

struct CodeToRedeem {
    std::string code;
    std::string redirect_uri;
    const Binding& binding;
};

/// RFC 6749 4.1.3. The client proves itself by HTTP Basic if the provider takes it; Google and
/// Apple by the form, Apple with a secret that is signed for this request.
TokenRequest token_request(
    const Provider& provider, const Metadata& metadata, const CodeToRedeem& redeem, TimePoint now
);

struct TokenResponse {
    std::string id_token;
    SecretText access_token;  // empty: none
};

/// RFC 6749 5.1, OpenID Connect Core 3.1.3.3. nullopt: not one, or without an ID token.
std::optional<TokenResponse> parse_token_response(std::string_view text);

}  // namespace latchkey::oidc
