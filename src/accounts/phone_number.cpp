// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/phone_number.hpp"

#include "accounts/countries.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::accounts {
namespace {

/// More than any spelling of a number that a person would type.
constexpr std::size_t typed_bytes = 64;
constexpr std::size_t digits_at_most = 15;  // E.164 section 6.2.1, with the calling code
constexpr std::size_t masked_digits = 2;
constexpr std::size_t digits_of_a_block = 4;

struct Digits {
    std::string digits;
    bool is_international = false;  // began with +
};

std::optional<Digits> read_digits(std::string_view typed) {
    constexpr std::string_view between = " -./()";
    if (typed.size() > typed_bytes) return std::nullopt;
    Digits read;
    for (const char character : typed) {
        const bool is_first = read.digits.empty() && !read.is_international;
        if (character == '+' && is_first) {
            read.is_international = true;
        } else if (character >= '0' && character <= '9') {
            read.digits += character;
        } else if (between.find(character) == std::string_view::npos) {
            return std::nullopt;
        }
    }
    if (read.digits.empty() || read.digits.size() > digits_at_most) return std::nullopt;
    return read;
}

bool has_length(const Country& country, std::string_view digits) {
    return digits.size() <= digits_at_most && (country.lengths >> digits.size() & 1U) != 0;
}

/// Whether `national` begins with one of the areas of a country that has some.
bool is_in_area(const Country& country, std::string_view national) {
    std::string_view rest = country.areas;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        if (national.starts_with(rest.substr(0, end))) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

/// No calling code is the beginning of another one.
const Country* country_of(std::string_view digits) {
    const Country* found = nullptr;
    for (const Country& country : countries()) {
        if (!digits.starts_with(country.calling)) continue;
        if (country.areas.empty()) {
            if (found == nullptr) found = &country;
        } else if (is_in_area(country, digits.substr(country.calling.size()))) {
            found = &country;
        }
    }
    return found;
}

const Country* find_country(std::string_view code) {
    const auto all = countries();
    const auto found = std::ranges::find(all, code, &Country::code);
    return found == all.end() ? nullptr : &*found;
}

/// The number behind the calling code, from its national form; empty: it is none.
std::string_view national_number(const Country& country, std::string_view digits) {
    if (country.rule == Trunk::stripped && digits.starts_with(country.trunk)) {
        const std::string_view rest = digits.substr(country.trunk.size());
        if (has_length(country, rest)) return rest;
    }
    return has_length(country, digits) ? digits : std::string_view();
}

}  // namespace

latchkey::Result<PhoneNumber, PhoneProblem> PhoneNumber::parse(
    std::string_view typed, std::string_view country
) {
    auto read = read_digits(typed);
    if (!read) return Fail{PhoneProblem::malformed};
    if (!read->is_international) {
        const Country* home = find_country(country);
        if (home == nullptr || home->rule == Trunk::other) return Fail{PhoneProblem::needs_plus};
        const std::string_view national = national_number(*home, read->digits);
        if (national.empty()) return Fail{PhoneProblem::malformed};
        read->digits = std::string(home->calling).append(national);
    }
    const Country* found = country_of(read->digits);
    if (found == nullptr) return Fail{PhoneProblem::malformed};
    const auto national = std::string_view(read->digits).substr(found->calling.size());
    const bool fits = read->digits.size() <= digits_at_most && has_length(*found, national);
    if (!fits) return Fail{PhoneProblem::malformed};
    PhoneNumber number;
    number.text_ = "+" + read->digits;
    number.country_ = found->code;
    return number;
}

std::string PhoneNumber::masked() const {
    if (text_.size() < masked_digits) return {};
    return "…" + text_.substr(text_.size() - masked_digits);
}

std::string_view PhoneNumber::block() const {
    return std::string_view(text_).substr(
        0, text_.size() - std::min(text_.size(), digits_of_a_block)
    );
}

bool is_country(std::string_view code) {
    return find_country(code) != nullptr;
}

std::string_view calling_code(std::string_view country) {
    const Country* found = find_country(country);
    return found == nullptr ? std::string_view() : found->calling;
}

}  // namespace latchkey::accounts
