// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/forwarded.hpp"

#include "http/address.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

using http::Address;
using http::AddressRange;
using http::client_address;

namespace {

const std::vector<AddressRange>& proxies() {
    static const std::vector ranges{
        AddressRange::parse("10.0.0.0/8").value(), AddressRange::parse("2001:db8:aa::/48").value()
    };
    return ranges;
}

struct Sent {
    std::string peer = "10.0.0.1";
    std::optional<std::string> forwarded;
    std::optional<std::string> x_forwarded_for;
    std::optional<std::string> x_forwarded_proto;
};

/// The client's address as text, or "400".
std::string client_of(const Sent& sent) {
    const auto pointer = [](const std::optional<std::string>& value) {
        return value ? &*value : nullptr;
    };
    const auto client = client_address(
        Address::parse(sent.peer).value(),
        {.forwarded = pointer(sent.forwarded),
         .x_forwarded_for = pointer(sent.x_forwarded_for),
         .x_forwarded_proto = pointer(sent.x_forwarded_proto)},
        proxies()
    );
    return client ? client->text() : "400";
}

}  // namespace

TEST_CASE("T24: what an untrusted peer says about addresses is ignored, garbage included") {
    CHECK(client_of({.peer = "192.0.2.1", .x_forwarded_for = "203.0.113.9"}) == "192.0.2.1");
    CHECK(client_of({.peer = "192.0.2.1", .x_forwarded_for = "garbage"}) == "192.0.2.1");
    CHECK(client_of({.peer = "192.0.2.1", .forwarded = "for=203.0.113.9"}) == "192.0.2.1");
    CHECK(client_of({.peer = "192.0.2.1", .x_forwarded_proto = "gopher"}) == "192.0.2.1");
}

TEST_CASE("15.3.4: the client is the nearest hop that is no trusted proxy, at any depth") {
    CHECK(client_of({.x_forwarded_for = "203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = "203.0.113.9, 10.0.0.2, 10.9.9.9"}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = "198.51.100.1, 203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = "198.51.100.1,203.0.113.9,10.0.0.2"}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = "10.0.0.3, 10.0.0.2"}) == "10.0.0.3");
    CHECK(client_of({.x_forwarded_for = "203.0.113.9:4711"}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = "[2001:db8::9]:4711, 2001:db8:aa::1"}) == "2001:db8::9");
    CHECK(client_of({.x_forwarded_for = "::ffff:203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of({.peer = "2001:db8:aa::7", .forwarded = "for=203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of({}) == "10.0.0.1");
    CHECK(client_of({.x_forwarded_proto = "https, http"}) == "10.0.0.1");
}

TEST_CASE("T24, CVE-2024-47070: a trusted proxy whose words cannot be read is refused, not believed"
) {
    for (const auto* value :
         {"",
          " ",
          ",",
          "a",
          "unknown",
          "203.0.113.9,",
          ",203.0.113.9",
          "203.0.113.9,,10.0.0.2",
          "localhost",
          "203.0.113.9 10.0.0.2",
          "203.0.113.9:port",
          "203.0.113.9:",
          "203.0.113.9:123456",
          "[203.0.113.9]",
          "[2001:db8::9",
          "[2001:db8::9]x",
          "2001:db8::9]:1",
          "a, 203.0.113.9",
          "203.0.113.9/24",
          "-1",
          "\"203.0.113.9\"",
          "fe80::1%lo"}) {
        CAPTURE(value);
        CHECK(client_of({.x_forwarded_for = value}) == "400");
    }
    for (const auto* value : {"", "ftp", "https,", "https http", "on"}) {
        CAPTURE(value);
        CHECK(client_of({.x_forwarded_proto = value}) == "400");
    }
}

TEST_CASE("Forwarded (RFC 7239) is read in full") {
    CHECK(client_of({.forwarded = "for=203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of({.forwarded = "For=\"[2001:db8::9]:4711\""}) == "2001:db8::9");
    CHECK(
        client_of({.forwarded = "for=203.0.113.9;proto=https;by=10.0.0.1;host=a.example"}) ==
        "203.0.113.9"
    );
    CHECK(
        client_of({.forwarded = "for=198.51.100.1, for=203.0.113.9, for=10.0.0.2"}) == "203.0.113.9"
    );
    CHECK(client_of({.forwarded = "for=_hidden, for=203.0.113.9"}) == "203.0.113.9");
    CHECK(
        client_of({.forwarded = "for=\"a, \\\"for=198.51.100.1\"; x=y, for=203.0.113.9"}) == "400"
    );
    CHECK(
        client_of({.forwarded = "x=\"a, \\\"for=198.51.100.1\";for=203.0.113.9"}) == "203.0.113.9"
    );
}

TEST_CASE("T24: a Forwarded that cannot be read, or hides the client, is refused") {
    for (const auto* value :
         {"",
          "for",
          "for=",
          "for=a",
          "for=203.0.113.9,",
          "for=203.0.113.9;",
          "=203.0.113.9",
          "for=203.0.113.9 for=10.0.0.2",
          "for=2001:db8::9",
          "for=\"203.0.113.9",
          "for=\"\\",
          "for=203.0.113.9;for=10.0.0.2",
          "for=203.0.113.9;proto=ftp",
          "for=unknown",
          "for=203.0.113.9, for=_hidden",
          "proto=https"}) {
        CAPTURE(value);
        CHECK(client_of({.forwarded = value}) == "400");
    }
}

TEST_CASE("T24: Forwarded and X-Forwarded-For that tell two stories are refused") {
    CHECK(
        client_of({.forwarded = "for=203.0.113.9", .x_forwarded_for = "203.0.113.9"}) ==
        "203.0.113.9"
    );
    CHECK(client_of({.forwarded = "for=198.51.100.1", .x_forwarded_for = "203.0.113.9"}) == "400");
    CHECK(client_of({.forwarded = "for=unknown", .x_forwarded_for = "203.0.113.9"}) == "400");
}

TEST_CASE("a request may have passed 32 hops, no more") {
    std::string hops = "203.0.113.9";
    for (int i = 1; i < 32; ++i) {
        hops += ", 10.0.0.2";
    }
    CHECK(client_of({.x_forwarded_for = hops}) == "203.0.113.9");
    CHECK(client_of({.x_forwarded_for = hops + ", 10.0.0.2"}) == "400");
}

TEST_CASE("no words of a client change what its proxy added at the end") {
    CHECK(rc::check([](const std::string& words) {
        const auto client = client_of({.x_forwarded_for = words + ", 203.0.113.9"});
        RC_ASSERT(client == "203.0.113.9" || client == "400");
        const auto named = client_of({.forwarded = words + ", for=203.0.113.9"});
        RC_ASSERT(named == "203.0.113.9" || named == "400");
    }));
}

}  // namespace latchkey::test
