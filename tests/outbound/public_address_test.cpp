// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/public_address.hpp"

#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace latchkey::outbound {
namespace {

bool is_public(const std::string& text) {
    sockaddr_storage storage{};
    sockaddr_in ipv4{};
    sockaddr_in6 ipv6{};
    if (inet_pton(AF_INET, text.c_str(), &ipv4.sin_addr) == 1) {
        ipv4.sin_family = AF_INET;
        std::memcpy(&storage, &ipv4, sizeof ipv4);
    } else {
        REQUIRE(inet_pton(AF_INET6, text.c_str(), &ipv6.sin6_addr) == 1);
        ipv6.sin6_family = AF_INET6;
        std::memcpy(&storage, &ipv6, sizeof ipv6);
    }
    // An IPv6 address is longer than a sockaddr: the storage itself is handed over, as sockets do.
    return is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

TEST_CASE("T36: addresses of this machine, of private networks, links and groups are not public") {
    for (const char* text :
         {"0.0.0.0",
          "10.0.0.1",
          "100.64.0.1",
          "100.127.255.255",
          "127.0.0.1",
          "127.255.255.254",
          "169.254.169.254",
          "172.16.0.1",
          "172.31.255.255",
          "192.0.0.8",
          "192.0.2.1",
          "192.88.99.1",
          "192.168.1.1",
          "198.18.0.1",
          "198.19.255.255",
          "198.51.100.1",
          "203.0.113.1",
          "224.0.0.1",
          "240.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "::ffff:10.0.0.1",
          "::ffff:8.8.8.8",
          "fc00::1",
          "fd12:3456::1",
          "fe80::1",
          "fec0::1",
          "ff02::1",
          "2001:db8::1",
          "2001::1",
          "64:ff9b::7f00:1",
          "64:ff9b::a00:1",
          "2002:7f00:1::",
          "2002:c0a8:101::",
          "100::1"}) {
        CAPTURE(text);
        CHECK_FALSE(is_public(text));
    }
}

TEST_CASE("addresses of the internet are public, also just beside a special range") {
    for (const char* text :
         {"1.1.1.1",        "8.8.8.8",         "9.255.255.255",    "11.0.0.0",
          "100.63.255.255", "100.128.0.0",     "128.0.0.1",        "169.253.255.255",
          "172.15.255.255", "172.32.0.0",      "192.167.255.255",  "192.169.0.0",
          "198.17.255.255", "198.20.0.0",      "223.255.255.255",  "2606:4700::1111",
          "2a00:1450::1",   "2001:4860::8888", "64:ff9b::808:808", "2002:808:808::"}) {
        CAPTURE(text);
        CHECK(is_public(text));
    }
}

TEST_CASE("what is no internet address is not public") {
    sockaddr other{};
    other.sa_family = AF_UNIX;
    CHECK_FALSE(is_public_address(other));
}

}  // namespace
}  // namespace latchkey::outbound
