// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/phone_number.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

// What people write; every country's example is compared with libphonenumber
// (tests/browser/interoperability/phone_numbers.test.mjs).
namespace latchkey::accounts {
namespace {

std::string read(std::string_view typed, std::string_view country = "DE") {
    const auto number = PhoneNumber::parse(typed, country);
    if (number) return number->text() + " " + number->country();
    return number.error() == PhoneProblem::needs_plus ? "needs plus" : "malformed";
}

TEST_CASE("A number with + and its country is read whatever stands between the digits") {
    CHECK(read("+49 151 23456789") == "+4915123456789 DE");
    CHECK(read(" +49 (151) 2345-67.89 ") == "+4915123456789 DE");
    CHECK(read("+447400123456") == "+447400123456 GB");
    CHECK(read("+1 201 555 0123") == "+12015550123 US");
}

TEST_CASE("The national form loses its trunk prefix, or has none") {
    CHECK(read("0151 23456789") == "+4915123456789 DE");
    CHECK(read("151 23456789") == "+4915123456789 DE");
    CHECK(read("06 12 34 56 78", "FR") == "+33612345678 FR");
    CHECK(read("612 34 56 78", "ES") == "+34612345678 ES");
    CHECK(read("8 (912) 345-67-89", "RU") == "+79123456789 RU");
}

TEST_CASE("Where the national form follows other rules, + and country are asked for") {
    CHECK(read("090-1234-5678", "JP") == "needs plus");
    CHECK(read("011 15-2345-6789", "AR") == "needs plus");
    CHECK(read("+81 90-1234-5678", "JP") == "+819012345678 JP");
    CHECK(read("0151 23456789", "") == "needs plus");
    CHECK(read("0151 23456789", "de") == "needs plus");
}

TEST_CASE("T12: countries with the calling codes 1 and 7 are told apart") {
    CHECK(read("+1 876 210 1234") == "+18762101234 JM");
    CHECK(read("+1 506 234 5678") == "+15062345678 CA");
    CHECK(read("+7 701 123 4567") == "+77011234567 KZ");
    CHECK(read("876 210 1234", "US") == "+18762101234 JM");
}

TEST_CASE("What is no mobile number of its country is refused, and nothing is guessed") {
    for (const std::string_view typed :
         {"",
          "+",
          "++4915123456789",
          "+49151234567",
          "+491512345678901",
          "+4915123456789 0x",
          "+49 (0)151 23456789",
          "+999 123456",
          "00491512345678999",
          "0151 234567890",
          "+49\n15123456789",
          "١٥١٢٣٤٥٦٧٨٩",
          "110"}) {
        CAPTURE(typed);
        CHECK(read(typed) == "malformed");
    }
    CHECK(read(std::string(65, ' ') + "+4915123456789") == "malformed");
}

TEST_CASE("What may be shown of a number, and what it is counted by") {
    const auto number = PhoneNumber::parse("+4915123456789", "");
    REQUIRE(number);
    CHECK(number->masked() == "…89");
    CHECK(number->block() == "+491512345");
    CHECK(PhoneNumber().masked().empty());
    CHECK(PhoneNumber().block().empty());
    CHECK(is_country("DE"));
    CHECK_FALSE(is_country("XX"));
}

}  // namespace
}  // namespace latchkey::accounts
