// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <chrono>
#include <cstddef>

namespace latchkey::oidc::limits {

inline constexpr std::size_t document_bytes = 65'536;  // discovery, token response, userinfo
inline constexpr std::size_t url_bytes = 2'048;        // of an endpoint or an issuer
inline constexpr std::size_t code_bytes = 2'048;       // of an authorization code
inline constexpr std::size_t state_bytes = 4'096;
inline constexpr std::size_t error_bytes = 128;    // of an error code; its words are not looked at
inline constexpr std::size_t token_bytes = 8'192;  // of an access token
inline constexpr std::size_t subject_bytes = 255;  // OpenID Connect Core 2: `sub`

// Clocks of two organisations disagree.
inline constexpr std::chrono::seconds clock_skew{60};

// An ID token is used at once: an older one was kept by somebody.
inline constexpr std::chrono::minutes id_token_age{10};

// A client secret of Apple is made for one request.
inline constexpr std::chrono::minutes client_secret_lifetime{5};

// How long a discovery document or a key set is believed, whatever its Cache-Control says.
inline constexpr std::chrono::minutes shortest_cache{5};
inline constexpr std::chrono::hours usual_cache{1};
inline constexpr std::chrono::hours longest_cache{24};

}  // namespace latchkey::oidc::limits
