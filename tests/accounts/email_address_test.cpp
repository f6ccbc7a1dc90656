// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::accounts {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

/// 64 characters, then a domain that fills the address up to `size`.
std::string address_of(std::size_t size) {
    std::string address = repeat("a", 64) + "@";
    while (size - address.size() > 64) {
        address += repeat("b", 61) + ".";
    }
    return address + repeat("c", size - address.size());
}

TEST_CASE("what the HTML standard calls a valid e-mail address is accepted") {
    for (const std::string_view text :
         {"ada@example.com",
          "a@b.c",
          "a.b+c@sub.example.co",
          ".dots..anywhere.@example.com",
          "!#$%&'*+/=?^_`{|}~-@example.com",
          "ada@xn--bcher-kva.example",
          "ada@1.2.3.4",
          "ada@localhost",
          "ada@LocalHost"}) {
        CAPTURE(text);
        REQUIRE(EmailAddress::parse(text).has_value());
        CHECK(EmailAddress::parse(text)->text() == text);
    }
}

TEST_CASE("what is not a valid e-mail address is refused") {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv,
          " "sv,
          "ada"sv,
          "@example.com"sv,
          "ada@"sv,
          "ada@example"sv,
          "ada@.example.com"sv,
          "ada@example..com"sv,
          "ada@example.com."sv,
          "ada@-example.com"sv,
          "ada@example-.com"sv,
          "ada@exa_mple.com"sv,
          "ada@b@example.com"sv,
          "ada lovelace@example.com"sv,
          R"("ada"@example.com)"sv,
          "ada@[192.0.2.1]"sv,
          "ada(comment)@example.com"sv,
          "ada@example.com, eve@example.net"sv,
          "ada@b\xc3\xbc"
          "cher.example"sv,
          "\xc3\xa4@example.com"sv,
          "ada@example.com\0"sv,
          "ada\r\nBcc: eve@example.com"sv,
          "<ada@example.com>"sv}) {
        CAPTURE(text);
        CHECK_FALSE(EmailAddress::parse(text).has_value());
    }
}

TEST_CASE("white space around an address is dropped, inside it is refused") {
    CHECK(EmailAddress::parse(" \t\r\n\fada@example.com ")->text() == "ada@example.com");
    CHECK_FALSE(EmailAddress::parse("ada@ example.com").has_value());
    CHECK_FALSE(EmailAddress::parse("ada\n@example.com").has_value());
}

TEST_CASE("RFC 5321 4.5.3.1: 64 bytes before the @, 63 in a label, 254 in all") {
    CHECK(EmailAddress::parse(repeat("a", 64) + "@example.com").has_value());
    CHECK_FALSE(EmailAddress::parse(repeat("a", 65) + "@example.com").has_value());
    CHECK(EmailAddress::parse("ada@" + repeat("b", 63) + ".com").has_value());
    CHECK_FALSE(EmailAddress::parse("ada@" + repeat("b", 64) + ".com").has_value());
    REQUIRE(address_of(254).size() == 254);
    CHECK(EmailAddress::parse(address_of(254)).has_value());
    CHECK_FALSE(EmailAddress::parse(address_of(255)).has_value());
    CHECK_FALSE(EmailAddress::parse(repeat("a.", 100'000) + "@example.com").has_value());
}

TEST_CASE("the canonical form is lower case and knows no rules of single providers") {
    const auto address = EmailAddress::parse("Ada.Love+News@Example.COM");
    REQUIRE(address.has_value());
    CHECK(address->text() == "Ada.Love+News@Example.COM");
    CHECK(address->canonical() == "ada.love+news@example.com");
    CHECK(address->domain() == "example.com");
}

TEST_CASE("a masked address shows its first character and its domain") {
    CHECK(EmailAddress::parse("ada@example.com")->masked() == "a***@example.com");
    CHECK(EmailAddress::parse("a@example.com")->masked() == "a***@example.com");
    CHECK(EmailAddress().masked().empty());
    CHECK(EmailAddress().domain().empty());
}

TEST_CASE("property: an address that is accepted reads the same again, and in its canonical form") {
    CHECK(rc::check("parse is stable", [] {
        constexpr std::string_view alphabet = "abcXYZ019.-_+!~@ \"\\,<>()[]\t\n\0\xc3\xa9";
        const auto picks = *rc::gen::container<std::vector<std::size_t>>(
            rc::gen::inRange<std::size_t>(0, alphabet.size())
        );
        std::string text;
        for (const std::size_t pick : picks) {
            text += alphabet[pick];
        }
        if (*rc::gen::arbitrary<bool>()) text += "@example.com";
        const auto parsed = EmailAddress::parse(text);
        RC_CLASSIFY(parsed.has_value(), "accepted");
        if (!parsed) return;
        RC_ASSERT(EmailAddress::parse(parsed->text()) == parsed);
        const auto canonical = EmailAddress::parse(parsed->canonical());
        RC_ASSERT(canonical.has_value());
        RC_ASSERT(canonical->canonical() == parsed->canonical());
        RC_ASSERT(canonical->text() == parsed->canonical());
    }));
}

TEST_CASE("property: a mask tells nothing of the local part but its first character") {
    CHECK(rc::check("masks", [] {
        const auto rest = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
        RC_PRE(rest.size() < 64);
        const auto parsed = EmailAddress::parse("q" + rest + "@example.com");
        RC_ASSERT(parsed.has_value());
        RC_ASSERT(parsed->masked() == "q***@example.com");
    }));
}

}  // namespace
}  // namespace latchkey::accounts
