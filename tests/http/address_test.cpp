// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

using http::Address;
using http::AddressRange;

TEST_CASE("an address is read in the spellings of RFC 4291 and dotted decimal, and written back") {
    for (const auto* text :
         {"192.0.2.7", "127.0.0.1", "255.255.255.255", "2001:db8::1", "::1", "::"}) {
        CAPTURE(text);
        const auto address = Address::parse(text);
        REQUIRE(address.has_value());
        CHECK(address->text() == text);
    }
    CHECK(Address::parse("2001:0DB8:0:0::1")->text() == "2001:db8::1");
    CHECK(Address::parse("::ffff:192.0.2.7") == Address::parse("192.0.2.7"));
    CHECK(Address::parse("::ffff:192.0.2.7")->text() == "192.0.2.7");
}

TEST_CASE("what is no address is refused") {
    using std::string_view_literals::operator""sv;
    for (const auto text :
         {""sv,
          "localhost"sv,
          "192.0.2"sv,
          "192.0.2.256"sv,
          "192.0.2.07"sv,
          "0x7f.0.0.1"sv,
          "2130706433"sv,
          "192.0.2.7 "sv,
          " 192.0.2.7"sv,
          "192.0.2.7\0"sv,
          "1.2.3.4.5"sv,
          ":::"sv,
          "fe80::1%eth0"sv,
          "[::1]"sv,
          "12345::"sv,
          "1:2:3:4:5:6:7:8:9"sv,
          "::ffff:192.0.2.7.1111111111111111111111111111111111"sv}) {
        CAPTURE(text);
        CHECK_FALSE(Address::parse(text).has_value());
    }
}

TEST_CASE("every address is read back from its own text") {
    CHECK(rc::check([](const std::array<std::uint8_t, 16>& bytes) {
        const Address address{bytes};
        RC_ASSERT(Address::parse(address.text()) == address);
    }));
}

TEST_CASE("the network that limits count by is an IPv4 /24 or an IPv6 /64") {
    CHECK(Address::parse("192.0.2.77")->network() == "192.0.2.0/24");
    CHECK(Address::parse("2001:db8:1:2:3:4:5:6")->network() == "2001:db8:1:2::/64");
    CHECK(Address::parse("192.0.2.77")->is_v4());
    CHECK_FALSE(Address::parse("::192.0.2.77")->is_v4());
}

TEST_CASE("loopback is all of 127.0.0.0/8, mapped too, and ::1") {
    CHECK(Address::parse("127.9.9.9")->is_loopback());
    CHECK(Address::parse("::1")->is_loopback());
    CHECK(Address::parse("::ffff:127.0.0.1")->is_loopback());
    CHECK_FALSE(Address::parse("128.0.0.1")->is_loopback());
    CHECK_FALSE(Address::parse("::2")->is_loopback());
}

TEST_CASE("a range holds the addresses that share its prefix, and no others") {
    const auto holds = [](std::string_view range, std::string_view address) {
        return AddressRange::parse(range).value().contains(Address::parse(address).value());
    };
    CHECK(holds("10.0.0.0/8", "10.255.0.1"));
    CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    CHECK(holds("192.0.2.7", "192.0.2.7"));
    CHECK_FALSE(holds("192.0.2.7", "192.0.2.8"));
    CHECK(holds("192.0.2.0/23", "192.0.3.255"));
    CHECK(holds("0.0.0.0/0", "203.0.113.1"));
    CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    CHECK(holds("::/0", "2001:db8::1"));
    CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(holds("::1", "::1"));
}

TEST_CASE("a range with bits after its prefix, or no plain prefix, is refused") {
    for (const auto* text :
         {"10.0.0.1/8",
          "10.0.0.0/33",
          "10.0.0.0/-1",
          "10.0.0.0/08",
          "10.0.0.0/",
          "10.0.0.0/8 ",
          "10.0.0.0/+8",
          "/8",
          "2001:db8::/129",
          "2001:db8::1/64",
          "10.0.0.0/8/8",
          "all"}) {
        CAPTURE(text);
        CHECK_FALSE(AddressRange::parse(text).has_value());
    }
}

TEST_CASE("a range contains an address exactly when their first bits are equal") {
    CHECK(rc::check([](const std::array<std::uint8_t, 16>& base,
                       const std::array<std::uint8_t, 16>& other) {
        const auto prefix = *rc::gen::inRange<int>(0, 129);
        Address network{base};
        bool is_inside = true;
        for (int bit = 0; bit < 128; ++bit) {
            const auto byte = static_cast<std::size_t>(bit / 8);
            const auto mask = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
            if (bit >= prefix) network.bytes[byte] &= static_cast<std::uint8_t>(~mask);
            if (bit < prefix && ((network.bytes[byte] ^ other[byte]) & mask) != 0)
                is_inside = false;
        }
        const AddressRange range{network, static_cast<std::uint8_t>(prefix)};
        RC_ASSERT(range.contains(Address{other}) == is_inside);
        RC_ASSERT(range.contains(network));
    }));
}

}  // namespace latchkey::test
