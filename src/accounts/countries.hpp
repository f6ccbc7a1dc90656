// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace latchkey::accounts {

/// How a number is written within its country.
enum class Trunk : std::uint8_t {
    none,      // as it is behind the calling code
    stripped,  // behind a prefix that is dropped
    other,     // by rules of its own: asked for with + and the calling code
};

/// What a phone number of a country looks like (ITU-T E.164).
struct Country {
    std::string_view code;     // ISO 3166-1: "DE"
    std::string_view calling;  // "49"
    std::string_view areas;    // which its numbers begin with, separated by spaces; empty: the rest
    std::string_view trunk;    // with Trunk::stripped: "0"
    std::uint32_t lengths = 0;  // bit n: mobile numbers of n digits behind the calling code
    Trunk rule = Trunk::other;
};

/// One for each calling code, sorted by country; those that share one are told apart only under 1
/// and 7, where prices differ most.
std::span<const Country> countries();

}  // namespace latchkey::accounts
