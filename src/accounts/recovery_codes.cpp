// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/recovery_codes.hpp"

#include "accounts/types.hpp"
#include "base/base32.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::accounts {
namespace {

constexpr std::size_t code_characters = 25;
constexpr std::size_t group_characters = 5;

/// More than any spelling of a code that a person would type.
constexpr std::size_t typed_recovery_code_bytes = 64;

bool is_base32(char character) {
    return (character >= 'A' && character <= 'Z') || (character >= '2' && character <= '7');
}

/// The character that was meant.
char read_character(char typed) {
    if (typed >= 'a' && typed <= 'z') return static_cast<char>(typed - 'a' + 'A');
    switch (typed) {
        case '0':
            return 'O';
        case '1':
            return 'I';
        case '8':
            return 'B';
        default:
            return typed;
    }
}

}  // namespace

SecretText make_recovery_code(const std::array<std::byte, 16>& random) {
    const SecretText characters(base32_encode(random));
    std::string code;
    code.reserve(code_characters + code_characters / group_characters);
    for (std::size_t i = 0; i < code_characters; ++i) {
        if (i > 0 && i % group_characters == 0) code += '-';
        code += characters.reveal().at(i);
    }
    return SecretText(std::move(code));
}

std::optional<SecretText> parse_recovery_code(std::string_view typed) {
    if (typed.size() > typed_recovery_code_bytes) return std::nullopt;
    std::string code;
    code.reserve(typed.size());
    for (const char character : typed) {
        if (character == ' ' || character == '-') continue;
        const char meant = read_character(character);
        if (!is_base32(meant)) return std::nullopt;
        code += meant;
    }
    if (code.size() != code_characters) return std::nullopt;
    return SecretText(std::move(code));
}

Hash recovery_code_mac(const SecretKey& pepper, AccountId account, std::string_view code) {
    return crypto::hmac_sha256(
        pepper.reveal(),
        {bytes_of("recovery code"), bytes_of(std::to_string(account.value())), bytes_of(code)}
    );
}

}  // namespace latchkey::accounts
