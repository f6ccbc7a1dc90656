// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/recovery_codes.hpp"

#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::accounts {
namespace {

std::array<std::byte, 16> random_of(std::uint8_t first) {
    std::array<std::byte, 16> random{};
    for (std::size_t i = 0; i < random.size(); ++i) {
        random.at(i) = static_cast<std::byte>(first + 37 * i);
    }
    return random;
}

std::string parsed(std::string_view typed) {
    const auto code = parse_recovery_code(typed);
    return code ? code->reveal() : std::string();
}

TEST_CASE("a code is 25 characters in groups of five, and reads back whatever is put between") {
    const SecretText code = make_recovery_code(random_of(3));
    CHECK(code.reveal().size() == 29);
    const std::string plain = parsed(code.reveal());
    REQUIRE(plain.size() == 25);
    CHECK(parsed(plain) == plain);
    CHECK(parsed("  " + code.reveal() + " ") == plain);
    std::string small = code.reveal();
    for (char& character : small) {
        if (character >= 'A' && character <= 'Z') character += 'a' - 'A';
    }
    CHECK(parsed(small) == plain);
}

TEST_CASE("NIST SP 800-63B-4 4.2.1.1: 125 bits decide the code, one bit each") {
    const std::string code = make_recovery_code(random_of(0)).reveal();
    for (std::size_t bit = 0; bit < 125; ++bit) {
        auto random = random_of(0);
        random.at(bit / 8) ^= static_cast<std::byte>(0x80U >> (bit % 8));
        CHECK(make_recovery_code(random).reveal() != code);
    }
}

TEST_CASE("digits that are taken for letters are read as those") {
    CHECK(parsed("01801-80180-18018-01801-80180") == "OIBOIBOIBOIBOIBOIBOIBOIBO");
}

TEST_CASE("nothing but 25 characters of base32 is a code") {
    const std::string good(25, 'A');
    CHECK(parsed(good) == good);
    for (const std::string& bad :
         {std::string(),
          good.substr(1),
          good + "A",
          good.substr(1) + "9",
          good.substr(1) + "\xc3",
          std::string("123456"),
          std::string(65, '-') + good}) {
        CHECK_FALSE(parse_recovery_code(bad).has_value());
    }
}

TEST_CASE("every code that is made is one, and each account has its own hash of it") {
    CHECK(rc::check("recovery codes", [](std::array<std::uint8_t, 16> values) {
        std::array<std::byte, 16> random{};
        for (std::size_t i = 0; i < random.size(); ++i) {
            random.at(i) = static_cast<std::byte>(values.at(i));
        }
        RC_ASSERT(parse_recovery_code(make_recovery_code(random).reveal()).has_value());
    }));
    const SecretKey pepper(std::array<std::byte, 32>{std::byte{1}});
    const SecretKey other(std::array<std::byte, 32>{std::byte{2}});
    const auto mac = recovery_code_mac(pepper, AccountId(1), "A");
    CHECK(mac == recovery_code_mac(pepper, AccountId(1), "A"));
    CHECK(mac != recovery_code_mac(pepper, AccountId(2), "A"));
    CHECK(mac != recovery_code_mac(pepper, AccountId(1), "B"));
    CHECK(mac != recovery_code_mac(other, AccountId(1), "A"));
}

}  // namespace
}  // namespace latchkey::accounts
