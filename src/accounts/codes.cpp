// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/codes.hpp"

#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::accounts {
namespace {

/// More than any spelling of a code that a person would type.
constexpr std::size_t typed_code_bytes = 64;

std::array<std::byte, 8> to_bytes(std::int64_t number) {
    std::array<std::byte, 8> bytes{};
    auto rest = static_cast<std::uint64_t>(number);
    for (std::byte& byte : std::views::reverse(bytes)) {
        byte = static_cast<std::byte>(rest & 0xffU);
        rest >>= 8U;
    }
    return bytes;
}

template <std::size_t count>
SecretText make_code(const std::array<std::byte, 16>& random) {
    constexpr std::uint64_t number_of_codes = [] {
        std::uint64_t number = 1;
        for (std::size_t i = 0; i < count; ++i) {
            number *= 10;
        }
        return number;
    }();
    // The remainder of a 128-bit number: no value is likelier than another by more than 2^-101.
    std::uint64_t code = 0;
    for (const std::byte byte : random) {
        code = (code * 256 + std::to_integer<std::uint64_t>(byte)) % number_of_codes;
    }
    std::array<char, count> digits{};
    for (char& digit : std::views::reverse(digits)) {
        digit = static_cast<char>('0' + (code % 10));
        code /= 10;
    }
    SecretText text(std::string(digits.data(), digits.size()));
    wipe(std::as_writable_bytes(std::span(digits)));
    return text;
}

/// What a code by mail is good for.
struct BoundCode {
    CodeId id;
    const EmailAddress& email;
    std::string_view browser_id;
    std::string_view code;
};

/// Codes of one purpose are worth nothing for another (T10).
Hash code_mac(const SecretKey& pepper, std::string_view purpose, const BoundCode& bound) {
    return crypto::hmac_sha256(
        pepper.reveal(),
        {bytes_of(purpose),
         to_bytes(bound.id.value()),
         bytes_of(bound.email.canonical()),
         bytes_of(bound.browser_id),
         bytes_of(bound.code)}
    );
}

}  // namespace

SecretText make_email_code(const std::array<std::byte, 16>& random) {
    return make_code<limits::email_code_digits>(random);
}

SecretText make_text_code(const std::array<std::byte, 16>& random) {
    return make_code<limits::text_code_digits>(random);
}

std::optional<std::string> parse_code(std::string_view typed, std::size_t digits) {
    if (typed.size() > typed_code_bytes) return std::nullopt;
    std::string code;
    for (const char character : typed) {
        if (character == ' ' || character == '-') continue;
        if (character < '0' || character > '9') return std::nullopt;
        code += character;
    }
    if (code.size() != digits) return std::nullopt;
    return code;
}

Hash email_code_mac(
    const SecretKey& pepper,
    CodeId id,
    const EmailAddress& email,
    std::string_view browser_id,
    std::string_view code
) {
    return code_mac(pepper, "email code to sign in", {id, email, browser_id, code});
}

Hash address_code_mac(
    const SecretKey& pepper,
    CodeId id,
    const EmailAddress& email,
    std::string_view browser_id,
    std::string_view code
) {
    return code_mac(pepper, "code to change an address", {id, email, browser_id, code});
}

Hash limit_key(const SecretKey& pepper, std::string_view rule, std::string_view subject) {
    return crypto::hmac_sha256(
        pepper.reveal(), {bytes_of("limit"), bytes_of(rule), bytes_of(subject)}
    );
}

std::optional<std::chrono::seconds> check_limit(
    const Limit& limit,
    std::uint32_t count,
    std::optional<TimePoint> oldest_leaves_at,
    TimePoint now
) {
    if (count < limit.count) return std::nullopt;
    const auto left = oldest_leaves_at ? *oldest_leaves_at - now : limit.window;
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(left), 1s, limit.window);
}

}  // namespace latchkey::accounts
