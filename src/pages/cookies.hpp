// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "http/response.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The cookies of Latchkey, and what stands in them. All are `__Host-`, HttpOnly, SameSite=Lax.
namespace latchkey::pages {

namespace cookie_names {
/// 16 random bytes: tells browsers apart before anyone signed in. Binds challenges, codes and CSRF
/// tokens.
inline constexpr std::string_view browser = "__Host-latchkey_browser";
/// A session token.
inline constexpr std::string_view session = "__Host-latchkey_session";
/// A token of a sign-in after its first proof.
inline constexpr std::string_view sign_in = "__Host-latchkey_sign_in";
/// A sealed PendingCode: whom a code was sent to from this browser.
inline constexpr std::string_view code = "__Host-latchkey_code";
/// A sealed PendingText (text_codes.hpp): which code by text message this browser waits for.
inline constexpr std::string_view text = "__Host-latchkey_text";
/// A keyed hash of browser and address: this browser signed in to that address before.
inline constexpr std::string_view known = "__Host-latchkey_known";
/// The tag of the language that was chosen in this browser.
inline constexpr std::string_view language = "__Host-latchkey_language";
}  // namespace cookie_names

/// A row id with the secret that proves the right to it. In the cookie: the id, masked under the
/// secret, then the secret, in base64url. Stored: the SHA-256 of the secret.
struct Token {
    std::int64_t id = 0;
    SecretKey secret;
};

std::string write_token(const Token& token, const SecretKey& pepper);
std::optional<Token> read_token(std::string_view cookie, const SecretKey& pepper);
accounts::Hash token_hash(const SecretKey& secret);

/// What a browser that was sent a code remembers, sealed to that browser.
struct PendingCode {
    accounts::CodeId code;
    accounts::EmailAddress email;
    accounts::Purpose purpose;
};

std::string seal_pending_code(
    const PendingCode& pending,
    std::string_view browser_id,
    const crypto::Sealer& sealer,
    Random& random
);
std::optional<PendingCode> open_pending_code(
    std::string_view cookie, std::string_view browser_id, const crypto::Sealer& sealer
);

/// The value of the `known` cookie for this browser and address.
std::string known_browser_mark(
    std::string_view browser_id, const accounts::EmailAddress& email, const SecretKey& pepper
);

http::Cookie set_cookie(std::string_view name, std::string value);  // until the browser closes
http::Cookie set_lasting_cookie(std::string_view name, std::string value);  // 400 days
http::Cookie delete_cookie(std::string_view name);

}  // namespace latchkey::pages
