// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Codes by text message, and what keeps them from costing a fortune (T12).
namespace latchkey::accounts {

/// To whom messages are sent at all (section [sms]).
struct TextMessagePolicy {
    std::vector<std::string> countries;  // ISO 3166-1; numbers without + are of the first one
    std::uint32_t daily_limit = 0;       // for each of them
};

/// Whether a message may go to the number.
bool may_send_to(const TextMessagePolicy& policy, const PhoneNumber& number);

/// What a code by text message is for. One of one purpose is worth nothing for another.
enum class TextCodePurpose : std::uint8_t {
    second_step,  // of a sign-in
    new_phone,    // to be turned on, in a sign-in or a session
};

/// What a code by text message is bound to.
struct TextCodeBinding {
    TextCodePurpose purpose = TextCodePurpose::second_step;
    CodeId id;
    const PhoneNumber& number;
    const Hash& subject;  // of the token of the sign-in or session that asked
};

/// Keyed hash that binds a code to all of that.
Hash text_code_mac(const SecretKey& pepper, const TextCodeBinding& binding, std::string_view code);

// The rules, each counted as those of codes.hpp are. Who sends has a first proof, and pays nothing:
// so numbers, networks, blocks of numbers and countries have limits of their own.

// The wait between two messages to a number grows from one minute (that first one for each
// purpose).
inline constexpr Limit texts_per_number_first{"texts_per_number_first", 1, 60s};
inline constexpr Limit texts_per_number_short{"texts_per_number_short", 3, 10min};
inline constexpr Limit texts_per_number{"texts_per_number", 10, 24h};
inline constexpr Limit texts_per_address{"texts_per_address", 10, 24h};
inline constexpr Limit texts_per_network{"texts_per_network", 20, 24h};
inline constexpr Limit texts_per_block{"texts_per_block", 20, 24h};  // numbers but for 4 digits

/// Counted, never reached: what the breaker looks at. One for each country.
inline constexpr Limit texts_sent{"texts_sent", 1'000'000, 1h};
inline constexpr Limit texts_answered{"texts_answered", 1'000'000, 1h};

/// All messages of a day to one country.
Limit texts_per_country(const TextMessagePolicy& policy);

/// Whether messages to a country rest: of those of the last hour, more than `texts_to_judge`, fewer
/// than a quarter were answered with their code. Fraud does not answer.
bool is_conversion_too_low(std::uint32_t sent, std::uint32_t answered);

inline constexpr std::uint32_t texts_to_judge = 30;

}  // namespace latchkey::accounts
