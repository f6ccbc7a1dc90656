// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/cookies.hpp"

#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "http/response.hpp"
#include "latchkey/bytes.hpp"
#include "pages/purpose.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr std::size_t id_bytes = 8;
constexpr std::size_t secret_bytes = 32;
constexpr std::string_view code_context = "cookie: pending code";
constexpr json::Limits pending_code_limits{.bytes = 4'096, .depth = 3, .values = 16};

std::uint64_t mask_of(const SecretKey& secret, const SecretKey& pepper) {
    const crypto::Sha256 mac =
        crypto::hmac_sha256(pepper.reveal(), {bytes_of("token id mask"), secret.reveal()});
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < id_bytes; ++i) {
        mask = (mask << 8U) | std::to_integer<std::uint64_t>(mac.at(i));
    }
    return mask;
}

Bytes context_for(std::string_view browser_id) {
    Bytes context(bytes_of(code_context).begin(), bytes_of(code_context).end());
    context.push_back(std::byte{0});
    context.insert(context.end(), bytes_of(browser_id).begin(), bytes_of(browser_id).end());
    return context;
}

}  // namespace

std::string write_token(const Token& token, const SecretKey& pepper) {
    std::uint64_t masked = static_cast<std::uint64_t>(token.id) ^ mask_of(token.secret, pepper);
    Bytes bytes(id_bytes);
    for (std::size_t i = id_bytes; i > 0; --i) {
        bytes[i - 1] = static_cast<std::byte>(masked & 0xffU);
        masked >>= 8U;
    }
    const auto& secret = token.secret.reveal();
    bytes.insert(bytes.end(), secret.begin(), secret.end());
    return base64url_encode(bytes);
}

std::optional<Token> read_token(std::string_view cookie, const SecretKey& pepper) {
    const std::optional<Bytes> bytes = base64url_decode(cookie);
    if (!bytes || bytes->size() != id_bytes + secret_bytes) return std::nullopt;
    std::array<std::byte, secret_bytes> secret{};
    std::copy(bytes->begin() + id_bytes, bytes->end(), secret.begin());
    std::uint64_t masked = 0;
    for (std::size_t i = 0; i < id_bytes; ++i) {
        masked = (masked << 8U) | std::to_integer<std::uint64_t>((*bytes)[i]);
    }
    Token token{.id = 0, .secret = SecretKey(secret)};
    token.id = static_cast<std::int64_t>(masked ^ mask_of(token.secret, pepper));
    return token;
}

accounts::Hash token_hash(const SecretKey& secret) {
    return crypto::sha256(ByteView(secret.reveal()));
}

std::string seal_pending_code(
    const PendingCode& pending,
    std::string_view browser_id,
    const crypto::Sealer& sealer,
    Random& random
) {
    const json::Value value = json::object({
        {"code", pending.code.value()},
        {"email", pending.email.text()},
        {"purpose", to_json(pending.purpose)},
    });
    const std::string text = json::write(value);
    return base64url_encode(sealer.seal(bytes_of(text), context_for(browser_id), random));
}

std::optional<PendingCode> open_pending_code(
    std::string_view cookie, std::string_view browser_id, const crypto::Sealer& sealer
) {
    const std::optional<Bytes> sealed = base64url_decode(cookie);
    if (!sealed) return std::nullopt;
    const std::optional<SecretBytes> plain = sealer.open(*sealed, context_for(browser_id));
    if (!plain) return std::nullopt;
    const auto value = json::parse(text_of(plain->reveal()), pending_code_limits);
    if (!value) return std::nullopt;
    const json::Value* code = value->find("code");
    const std::string* email = value->find_string("email");
    const json::Value* purpose = value->find("purpose");
    if (code == nullptr || email == nullptr || purpose == nullptr) return std::nullopt;
    const std::int64_t* id = code->as_integer();
    if (id == nullptr) return std::nullopt;
    auto address = accounts::EmailAddress::parse(*email);
    auto parsed_purpose = purpose_from_json(*purpose);
    if (!address || !parsed_purpose) return std::nullopt;
    return PendingCode{
        .code = accounts::CodeId(*id),
        .email = std::move(*address),
        .purpose = std::move(*parsed_purpose),
    };
}

std::string known_browser_mark(
    std::string_view browser_id, const accounts::EmailAddress& email, const SecretKey& pepper
) {
    return base64url_encode(crypto::hmac_sha256(
        pepper.reveal(),
        {bytes_of("known browser"), bytes_of(browser_id), bytes_of(email.canonical())}
    ));
}

http::Cookie set_cookie(std::string_view name, std::string value) {
    return {.name = std::string(name), .value = std::move(value), .max_age = std::nullopt};
}

http::Cookie set_lasting_cookie(std::string_view name, std::string value) {
    // Browsers keep no cookie for longer than 400 days (RFC 6265bis, section 5.6.1).
    return {
        .name = std::string(name),
        .value = std::move(value),
        .max_age = std::chrono::hours(24 * 400)
    };
}

http::Cookie delete_cookie(std::string_view name) {
    return {.name = std::string(name), .value = "", .max_age = std::chrono::seconds(0)};
}

}  // namespace latchkey::pages
