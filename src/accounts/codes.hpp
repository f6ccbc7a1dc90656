// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"

/// Codes sent by e-mail, and the arithmetic of limits.
namespace latchkey::accounts {

/// 8 decimal digits, each value equally likely, from 16 random bytes.
SecretText make_email_code(const std::array<std::byte, 16>& random);

/// What a person typed as a code: spaces and dashes dropped; exactly `digits` ASCII digits, or nullopt.
std::optional<std::string> parse_code(std::string_view typed, std::size_t digits);

/// Keyed hash that binds a code to its purpose, its row, the address and the browser that asked.
Hash email_code_mac(
    const SecretKey& pepper,
    CodeId id,
    const EmailAddress& email,
    std::string_view browser_id,
    std::string_view code
);

/// Keyed hashes by which limits are counted, so that the table holds no address.
Hash limit_key(const SecretKey& pepper, std::string_view rule, std::string_view subject);

// The rules. Each is counted under limit_key(pepper, rule.name, subject).
inline constexpr Limit codes_per_address{"codes_per_address", 10, 24h};
inline constexpr Limit codes_per_address_short{"codes_per_address_short", 3, 15min};
inline constexpr Limit codes_per_network{"codes_per_network", 60, 1h};
inline constexpr Limit wrong_codes_per_address{"wrong_codes_per_address", 15, 24h};
/// The same for a browser that signed in to this address before: kept apart, so that a stranger
/// cannot lock the owner out.
inline constexpr Limit wrong_codes_per_known_browser{"wrong_codes_per_known_browser", 15, 24h};
inline constexpr Limit wrong_codes_per_network{"wrong_codes_per_network", 100, 1h};
inline constexpr Limit failed_passkeys_per_network{"failed_passkeys_per_network", 300, 1h};

}  // namespace latchkey::accounts
