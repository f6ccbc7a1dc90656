// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "oidc/authorization.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "oidc/limits.hpp"
#include "oidc/provider.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace latchkey::oidc {
namespace {

constexpr json::Limits response_limits{.bytes = limits::document_bytes, .depth = 4, .values = 256};

void add(std::string& query, std::string_view name, std::string_view value) {
    if (!query.empty()) query += '&';
    query.append(name).append("=").append(percent_encode(value));
}

bool is_short_and_visible(std::string_view text, std::size_t limit) {
    return text.size() <= limit && std::ranges::all_of(text, [](char character) {
               return character >= ' ' && character < '\x7f';
           });
}

std::int64_t seconds_of(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// Apple, "Creating a client secret": ES256 by the team's key.
std::string apple_secret(const Provider& provider, const AppleKey& key, TimePoint now) {
    const json::Value header = json::object({{"alg", "ES256"}, {"kid", key.key_id}});
    const json::Value claims = json::object({
        {"iss", key.team_id},
        {"iat", seconds_of(now)},
        {"exp", seconds_of(now + limits::client_secret_lifetime)},
        {"aud", provider.issuer},
        {"sub", provider.client_id},
    });
    return key.signer.sign(json::write(header), json::write(claims));
}

/// RFC 6749 2.3.1: both halves are form-encoded before they are joined.
SecretText basic(const Provider& provider, const SecretText& secret) {
    const std::string pair =
        percent_encode(provider.client_id) + ':' + percent_encode(secret.reveal());
    return SecretText("Basic " + base64_encode(bytes_of(pair)));
}

}  // namespace

Binding binding_of(const std::array<std::byte, 32>& seed) {
    const SecretKey key(seed);
    const auto derived = [&key](std::string_view purpose) {
        return base64url_encode(crypto::expand_key(key, {bytes_of(purpose)}).reveal());
    };
    return {.nonce = derived("oidc nonce"), .verifier = SecretText(derived("oidc verifier"))};
}

std::string authorization_url(
    const Provider& provider, const Metadata& metadata, const AuthorizationRequest& request
) {
    std::string query;
    add(query, "response_type", "code");
    add(query, "client_id", provider.client_id);
    add(query, "redirect_uri", request.redirect_uri);
    add(query, "scope", "openid email");
    add(query, "state", request.state);
    add(query, "nonce", request.binding.nonce);
    const auto challenge = crypto::sha256(bytes_of(request.binding.verifier.reveal()));
    add(query, "code_challenge", base64url_encode(challenge));
    add(query, "code_challenge_method", "S256");
    if (provider.kind == ProviderKind::apple) add(query, "response_mode", "form_post");
    if (!provider.hosted_domain.empty()) add(query, "hd", provider.hosted_domain);
    const std::string& endpoint = metadata.authorization_endpoint;
    const bool has_query = endpoint.find('?') != std::string::npos;
    return endpoint + (has_query ? '&' : '?') + query;
}

std::optional<AuthorizationResponse> check_response(AuthorizationResponse response) {
    const bool fits = is_short_and_visible(response.state, limits::state_bytes) &&
                      is_short_and_visible(response.code, limits::code_bytes) &&
                      is_short_and_visible(response.error, limits::error_bytes) &&
                      is_short_and_visible(response.issuer, limits::url_bytes);
    const bool has_one = response.code.empty() != response.error.empty();
    if (!fits || !has_one || response.state.empty()) return std::nullopt;
    return response;
}

bool is_response_of(
    const AuthorizationResponse& response, const Provider& provider, const Metadata& metadata
) {
    if (response.issuer.empty()) return !metadata.names_its_issuer;
    return is_issuer_of(provider, response.issuer);
}

TokenRequest token_request(
    const Provider& provider, const Metadata& metadata, const CodeToRedeem& redeem, TimePoint now
) {
    std::string body;
    add(body, "grant_type", "authorization_code");
    add(body, "code", redeem.code);
    add(body, "redirect_uri", redeem.redirect_uri);
    add(body, "code_verifier", redeem.binding.verifier.reveal());
    TokenRequest request{.url = metadata.token_endpoint};
    const auto* secret = std::get_if<SecretText>(&provider.credential);
    const auto* apple = std::get_if<AppleKey>(&provider.credential);
    const bool is_basic =
        secret != nullptr && provider.kind == ProviderKind::other && metadata.takes_basic;
    if (is_basic) {
        request.authorization = basic(provider, *secret);
    } else {
        add(body, "client_id", provider.client_id);
        add(body,
            "client_secret",
            apple != nullptr ? apple_secret(provider, *apple, now) : secret->reveal());
    }
    request.body = SecretText(std::move(body));
    return request;
}

std::optional<TokenResponse> parse_token_response(std::string_view text) {
    const auto response = json::parse(text, response_limits);
    if (!response) return std::nullopt;
    const std::string* type = response->find_string("token_type");
    const std::string* id_token = response->find_string("id_token");
    if (type == nullptr || id_token == nullptr || type->size() != 6) return std::nullopt;
    const bool is_bearer =
        std::ranges::equal(*type, std::string_view("bearer"), [](char a, char b) {
            return (a | 0x20) == b;  // RFC 6749 5.1: in any case
        });
    if (!is_bearer) return std::nullopt;
    const std::string* access_token = response->find_string("access_token");
    if (access_token != nullptr && !is_short_and_visible(*access_token, limits::token_bytes)) {
        return std::nullopt;
    }
    return TokenResponse{
        .id_token = *id_token,
        .access_token = SecretText(access_token == nullptr ? std::string() : *access_token),
    };
}

}  // namespace latchkey::oidc
