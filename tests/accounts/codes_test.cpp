// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/codes.hpp"

#include "accounts/email_address.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::accounts {
namespace {

using Random16 = std::array<std::byte, 16>;

SecretKey pepper(std::uint8_t value = 1) {
    std::array<std::byte, 32> key{};
    key.fill(std::byte{value});
    return SecretKey(key);
}

/// The 16 bytes of a number, most significant first.
Random16 random_of(std::uint64_t high, std::uint64_t low) {
    Random16 random{};
    for (std::size_t i = 0; i < 8; ++i) {
        random.at(7 - i) = static_cast<std::byte>(high >> (8 * i));
        random.at(15 - i) = static_cast<std::byte>(low >> (8 * i));
    }
    return random;
}

TEST_CASE("a code is the random number modulo 10^8, with its leading zeros") {
    CHECK(make_email_code(random_of(0, 0)).reveal() == "00000000");
    CHECK(make_email_code(random_of(0, 7)).reveal() == "00000007");
    CHECK(make_email_code(random_of(0, 99'999'999)).reveal() == "99999999");
    CHECK(make_email_code(random_of(0, 100'000'000)).reveal() == "00000000");
    CHECK(make_email_code(random_of(0, 1'234'567'812'345'678)).reveal() == "12345678");
    // 2^64 = 18446744073709551616 and 2^128 - 1 = ...431768211455
    CHECK(make_email_code(random_of(1, 0)).reveal() == "09551616");
    CHECK(make_email_code(random_of(~0ULL, ~0ULL)).reveal() == "68211455");
}

TEST_CASE("property: a code has eight digits, and each of the 16 random bytes counts") {
    CHECK(rc::check("codes", [] {
        const auto high = *rc::gen::arbitrary<std::uint64_t>();
        const auto low = *rc::gen::arbitrary<std::uint64_t>();
        Random16 random = random_of(high, low);
        const SecretText code = make_email_code(random);
        RC_ASSERT(parse_code(code.reveal(), limits::email_code_digits) == code.reveal());
        const auto place = *rc::gen::inRange<std::size_t>(0, 16);
        random.at(place) ^= std::byte{1};
        RC_ASSERT(make_email_code(random).reveal() != code.reveal());
    }));
}

TEST_CASE("codes are spread evenly: chi-squared of each digit over 100,000 codes") {
    std::array<std::array<int, 10>, 8> counts{};
    std::uint64_t state = 0x9e37'79b9'7f4a'7c15;  // splitmix64, so that the test is repeatable
    const auto next = [&state] {
        state += 0x9e37'79b9'7f4a'7c15;
        std::uint64_t z = (state ^ (state >> 30U)) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11eb;
        return z ^ (z >> 31U);
    };
    constexpr int codes = 100'000;
    for (int i = 0; i < codes; ++i) {
        const SecretText code = make_email_code(random_of(next(), next()));
        for (std::size_t place = 0; place < 8; ++place) {
            ++counts.at(place).at(static_cast<std::size_t>(code.reveal()[place] - '0'));
        }
    }
    for (const auto& digits : counts) {
        double chi_squared = 0;
        for (const int count : digits) {
            const double difference = count - codes / 10.0;
            chi_squared += difference * difference / (codes / 10.0);
        }
        CHECK(chi_squared < 33.7);  // 9 degrees of freedom: p = 0.0001
    }
}

TEST_CASE("spaces and dashes in a typed code are dropped") {
    CHECK(parse_code("12345678", 8) == "12345678");
    CHECK(parse_code(" 1234 5678 ", 8) == "12345678");
    CHECK(parse_code("1234-5678", 8) == "12345678");
    CHECK(parse_code("1 2-3 4-5 6-7 8", 8) == "12345678");
}

TEST_CASE("anything but the right number of ASCII digits is no code") {
    for (const std::string_view typed :
         {"",
          "1234567",
          "123456789",
          "1234567a",
          "+1234567",
          "1234.5678",
          "12345678\n",
          "\xef\xbc\x91"
          "2345678",
          "0x123456"}) {
        CAPTURE(typed);
        CHECK(parse_code(typed, 8) == std::nullopt);
    }
    CHECK(parse_code("12345678" + std::string(57, ' '), 8) == std::nullopt);
    CHECK(parse_code("123456", 6) == "123456");
}

TEST_CASE("property: however a code is grouped, the same code is read") {
    CHECK(rc::check("grouping", [] {
        const auto number = *rc::gen::inRange(0, 100'000'000);
        const SecretText code = make_email_code(random_of(0, static_cast<std::uint64_t>(number)));
        std::string typed;
        for (const char digit : code.reveal()) {
            typed += digit;
            typed += *rc::gen::element(std::string(), std::string(" "), std::string(" - "));
        }
        RC_ASSERT(parse_code(typed, 8) == code.reveal());
    }));
}

TEST_CASE("T10, T11: the mac of a code binds purpose, key, row, address, browser and digits") {
    const EmailAddress email = address("ada@example.com");
    const Hash mac = email_code_mac(pepper(), CodeId(1), email, "browser", "12345678");
    CHECK(mac == email_code_mac(pepper(), CodeId(1), email, "browser", "12345678"));
    CHECK(
        mac ==
        email_code_mac(pepper(), CodeId(1), address("Ada@Example.com"), "browser", "12345678")
    );
    const std::set<Hash> different{
        mac,
        email_code_mac(pepper(2), CodeId(1), email, "browser", "12345678"),
        email_code_mac(pepper(), CodeId(2), email, "browser", "12345678"),
        email_code_mac(pepper(), CodeId(256), email, "browser", "12345678"),
        email_code_mac(pepper(), CodeId(1), address("eve@example.com"), "browser", "12345678"),
        email_code_mac(pepper(), CodeId(1), email, "other", "12345678"),
        email_code_mac(pepper(), CodeId(1), email, "browser", "12345679"),
        email_code_mac(pepper(), CodeId(1), email, "browser1", "2345678"),
        email_code_mac(pepper(), CodeId(1), email, "", "browser12345678"),
        address_code_mac(pepper(), CodeId(1), email, "browser", "12345678"),
        address_code_mac(pepper(2), CodeId(1), email, "browser", "12345678"),
        address_code_mac(pepper(), CodeId(2), email, "browser", "12345678"),
        address_code_mac(pepper(), CodeId(1), address("eve@example.com"), "browser", "12345678"),
        address_code_mac(pepper(), CodeId(1), email, "other", "12345678"),
        address_code_mac(pepper(), CodeId(1), email, "browser", "12345679"),
    };
    CHECK(different.size() == 15);
}

TEST_CASE("the keys of limits differ by rule, subject and key, also where they meet") {
    const std::set<Hash> different{
        limit_key(pepper(), "codes_per_address", "ada@example.com"),
        limit_key(pepper(), "codes_per_network", "ada@example.com"),
        limit_key(pepper(), "codes_per_address", "eve@example.com"),
        limit_key(pepper(), "codes_per_addressa", "da@example.com"),
        limit_key(pepper(2), "codes_per_address", "ada@example.com"),
    };
    CHECK(different.size() == 5);
}

TEST_CASE("below a limit there is no wait, at the limit until the oldest leaves the window") {
    constexpr Limit limit{"test", 3, 15min};
    CHECK(check_limit(limit, 0, std::nullopt, noon) == std::nullopt);
    CHECK(check_limit(limit, 2, noon + 1min, noon) == std::nullopt);
    CHECK(check_limit(limit, 3, noon + 1min, noon) == 60s);
    CHECK(check_limit(limit, 4, noon + 1min, noon) == 60s);
}

TEST_CASE("a wait is told in whole seconds, rounded up, from one second to the window") {
    constexpr Limit limit{"test", 1, 15min};
    CHECK(check_limit(limit, 1, noon + 1001ms, noon) == 2s);
    CHECK(check_limit(limit, 1, noon + 1ms, noon) == 1s);
    CHECK(check_limit(limit, 1, noon, noon) == 1s);
    CHECK(check_limit(limit, 1, noon - 1min, noon) == 1s);
    CHECK(check_limit(limit, 1, noon + 24h, noon) == 15min);
    CHECK(check_limit(limit, 1, std::nullopt, noon) == 15min);
}

TEST_CASE("T8, T38: the numbers of the rules stay within what was promised") {
    CHECK(limits::attempts_per_code == 5);
    CHECK(codes_per_address_short.count == 3);
    CHECK(codes_per_address_short.window == 15min);
    CHECK(codes_per_address.count == 10);
    CHECK(codes_per_address.window == 24h);
    // Fewer guesses than the codes of a day would allow, so a new code does not reset the count;
    // and room for each of these codes to be typed right.
    CHECK(guesses_per_address.count < codes_per_address.count * limits::attempts_per_code);
    CHECK(guesses_per_address.count > codes_per_address.count);
    CHECK(guesses_per_address.window == 24h);
    // NIST SP 800-63B-4 section 3.2.2
    CHECK(guesses_per_address.count <= 100);
    CHECK(limits::app_failures <= 100);
    CHECK(second_steps.window == 24h);
    // Two codes of a million are right at any time: 1 in 10,000 before the app is off.
    CHECK(limits::app_failures * 2 <= 1'000'000 / 10'000);
}

}  // namespace
}  // namespace latchkey::accounts
