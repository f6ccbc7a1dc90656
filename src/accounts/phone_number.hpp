// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::accounts {

/// Why something is no phone number.
enum class PhoneProblem : std::uint8_t {
    malformed,   // other characters, or a length that no mobile number of its country has
    needs_plus,  // the national form of this country needs more than dropping a trunk prefix
};

/// A mobile number: E.164, with the country that it is of. Empty in one that was not parsed.
class PhoneNumber {
public:
    PhoneNumber() = default;

    /// Takes what a person typed: "+49 151 23456789", or the national form of `country` (ISO
    /// 3166-1, "DE"), "0151 23456789". Spaces, dashes, dots, slashes and parentheses are dropped.
    /// Nothing is guessed: what is neither is refused.
    static latchkey::Result<PhoneNumber, PhoneProblem> parse(
        std::string_view typed, std::string_view country
    );

    /// "+4915123456789".
    [[nodiscard]] const std::string& text() const { return text_; }

    /// "DE". Countries that share a calling code other than 1 and 7 are not told apart.
    [[nodiscard]] const std::string& country() const { return country_; }

    /// The last two digits, as its owner knows it again and nobody else: "…89".
    [[nodiscard]] std::string masked() const;

    /// All but the last four digits: numbers that fraud buys lie together (T12).
    [[nodiscard]] std::string_view block() const;

    bool operator==(const PhoneNumber&) const = default;

private:
    std::string text_;
    std::string country_;
};

/// Whether there is a country with this code.
bool is_country(std::string_view code);

/// "49" of "DE"; empty: there is no such country.
std::string_view calling_code(std::string_view country);

}  // namespace latchkey::accounts
