// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Codes sent by e-mail, and the arithmetic of limits.
namespace latchkey::accounts {

/// 8 decimal digits, each value equally likely, from 16 random bytes.
SecretText make_email_code(const std::array<std::byte, 16>& random);

/// 6 decimal digits for a text message, in the same way.
SecretText make_text_code(const std::array<std::byte, 16>& random);

/// What a person typed as a code: spaces and dashes dropped; exactly `digits` ASCII digits, or
/// nullopt.
std::optional<std::string> parse_code(std::string_view typed, std::size_t digits);

/// Keyed hash that binds a code to its purpose, which is to sign in, its row, the address and the
/// browser that asked.
Hash email_code_mac(
    const SecretKey& pepper,
    CodeId id,
    const EmailAddress& email,
    std::string_view browser_id,
    std::string_view code
);

/// The same for a code that shows whose an address is in a change of addresses.
Hash address_code_mac(
    const SecretKey& pepper,
    CodeId id,
    const EmailAddress& email,
    std::string_view browser_id,
    std::string_view code
);

/// Keyed hashes by which limits are counted, so that the table holds no address.
Hash limit_key(const SecretKey& pepper, std::string_view rule, std::string_view subject);

/// How long to wait until one more event is allowed: nullopt is "now". `count` events are in the
/// window, the oldest leaves it at `oldest_leaves_at`. Whole seconds, rounded up, at least one.
std::optional<std::chrono::seconds> check_limit(
    const Limit& limit,
    std::uint32_t count,
    std::optional<TimePoint> oldest_leaves_at,
    TimePoint now
);

// The rules. Each is counted under limit_key(pepper, rule.name, subject), by CountTowardsLimit at
// the head of the commit that does what it limits. Addresses are counted whether or not an account
// has them. A browser that signed in to the address before is another subject than all strangers
// together, so that they cannot use up what the owner needs: e-mail is never disabled for its
// owner. Passkeys and sessions are not touched by any limit on codes.

// Sending: a mailbox stays usable under harassment.
inline constexpr Limit codes_per_address{"codes_per_address", 10, 24h};
inline constexpr Limit codes_per_address_short{"codes_per_address_short", 3, 15min};
inline constexpr Limit codes_per_network{"codes_per_network", 60, 1h};

// Guessing: every guess is counted before it is compared, right ones too, so a burst of parallel
// guesses gains nothing and a new code does not reset the count. A stranger who uses up 15 a day
// needs on average 9,000 years for one code of 8 digits.
inline constexpr Limit guesses_per_address{"guesses_per_address", 15, 24h};
inline constexpr Limit guesses_per_network{"guesses_per_network", 100, 1h};

// Guessing at the second step, which needs a first proof: so nobody else can use these up. With
// two of a million codes right at any time, 30 guesses a day and 50 in a row
// (limits::app_failures) are right once in 10,000 accounts.
inline constexpr Limit second_steps_short{"second_steps_short", 10, 15min};
inline constexpr Limit second_steps{"second_steps", 30, 24h};

// Asking to be let in without the second step, each of which is told to the owner (T38).
inline constexpr Limit holds{"holds", 1, 24h};

}  // namespace latchkey::accounts
