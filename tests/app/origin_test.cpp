// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/origin.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::app {

TEST_CASE("An origin is written as browsers write it") {
    struct Row {
        std::string_view given;
        std::string_view text;
        std::string_view authority;
    };

    for (const Row& row :
         {Row{"https://id.example.com", "https://id.example.com", "id.example.com"},
          Row{"https://id.example.com:443", "https://id.example.com", "id.example.com"},
          Row{"https://id.example.com:8443", "https://id.example.com:8443", "id.example.com:8443"},
          Row{"http://localhost:8080", "http://localhost:8080", "localhost:8080"},
          Row{"http://localhost:80", "http://localhost", "localhost"},
          Row{"http://a.localhost", "http://a.localhost", "a.localhost"},
          Row{"https://xn--bcher-kva.example",
              "https://xn--bcher-kva.example",
              "xn--bcher-kva.example"}}) {
        CAPTURE(row.given);
        const auto origin = parse_web_origin(row.given);
        REQUIRE(origin.has_value());
        CHECK(origin->text() == row.text);
        CHECK(origin->authority() == row.authority);
    }
}

TEST_CASE("Anything but scheme, host and port is no origin, and no IP address has passkeys") {
    for (const std::string_view bad :
         {"",
          "id.example.com",
          "//id.example.com",
          "https://",
          "https://id.example.com/",
          "https://id.example.com/x",
          "https://id.example.com?x",
          "https://id.example.com#x",
          "https://user@id.example.com",
          "https://ID.example.com",
          "https://id.example.com.",
          "https://id..example.com",
          "https://-id.example.com",
          "https://id_x.example.com",
          "https://id.example.com:",
          "https://id.example.com:0",
          "https://id.example.com:65536",
          "https://id.example.com:44x",
          "https://192.0.2.1",
          "https://[::1]",
          "https://1.2.3",
          "http://id.example.com",
          "ftp://id.example.com",
          "https://id.example.com\n",
          "https://b\xC3\xBC"
          "cher.example",
          "https://id example.com"}) {
        CAPTURE(bad);
        const auto origin = parse_web_origin(bad);
        REQUIRE_FALSE(origin.has_value());
        CHECK_FALSE(origin.error().what.empty());
        CHECK_FALSE(origin.error().mend.empty());
    }
    CHECK(
        parse_web_origin("https://id.example.com/x").error().mend ==
        "leave out what follows: https://id.example.com"
    );
}

TEST_CASE("An RP ID is the host or a parent domain of it that no stranger shares") {
    CHECK(rp_id_fits("id.example.com", "id.example.com"));
    CHECK(rp_id_fits("example.com", "id.example.com"));
    CHECK(rp_id_fits("localhost", "localhost"));
    CHECK(rp_id_fits("localhost", "a.localhost"));
    CHECK_FALSE(rp_id_fits("com", "id.example.com"));
    CHECK_FALSE(rp_id_fits("d.example.com", "id.example.com"));
    CHECK_FALSE(rp_id_fits("id.example.com", "example.com"));
    CHECK_FALSE(rp_id_fits("example.org", "id.example.com"));
    CHECK_FALSE(rp_id_fits("", "id.example.com"));
    CHECK_FALSE(rp_id_fits("EXAMPLE.com", "id.example.com"));
    CHECK_FALSE(rp_id_fits("ample.com", "id.example.com"));

    // Public suffixes, of registries and of companies, with wildcards and exceptions.
    CHECK_FALSE(rp_id_fits("co.uk", "id.example.co.uk"));
    CHECK(rp_id_fits("example.co.uk", "id.example.co.uk"));
    CHECK_FALSE(rp_id_fits("uk", "id.example.co.uk"));
    CHECK_FALSE(rp_id_fits("github.io", "ada.github.io"));
    CHECK(rp_id_fits("ada.github.io", "id.ada.github.io"));
    CHECK_FALSE(rp_id_fits("compute.amazonaws.com", "a.b.compute.amazonaws.com"));
    CHECK_FALSE(rp_id_fits("amazonaws.com", "a.b.compute.amazonaws.com"));
    CHECK_FALSE(rp_id_fits("kawasaki.jp", "id.example.kawasaki.jp"));
    CHECK(rp_id_fits("city.kawasaki.jp", "id.city.kawasaki.jp"));
    CHECK_FALSE(rp_id_fits("xn--p1ai", "id.example.xn--p1ai"));
    // Names of one's own network: no list has their last label.
    CHECK(rp_id_fits("corp.internal", "id.corp.internal"));
    CHECK_FALSE(rp_id_fits("internal", "id.corp.internal"));
    // Its owner alone has an origin there, and browsers let it.
    CHECK(rp_id_fits("github.io", "github.io"));
}

TEST_CASE("The registrable domain is what belongs to one owner") {
    CHECK(registrable_domain("id.example.com") == "example.com");
    CHECK(registrable_domain("example.com") == "example.com");
    CHECK(registrable_domain("a.b.example.co.uk") == "example.co.uk");
    CHECK(registrable_domain("co.uk") == "co.uk");
    CHECK(registrable_domain("localhost") == "localhost");
    CHECK(registrable_domain("a.b.xn--bcher-kva.example") == "xn--bcher-kva.example");
}

TEST_CASE("The label that browsers count of a related origin is the registrable one") {
    CHECK(registrable_label("example.com") == "example");
    CHECK(registrable_label("a.b.example.com") == "example");
    CHECK(registrable_label("shop.example.co.uk") == "example");
    CHECK(registrable_label("shop.example.blogspot.com") == "example");
    CHECK(registrable_label("co.uk") == "co");
    CHECK(registrable_label("localhost") == "localhost");
}

TEST_CASE("A domain is letters, digits and hyphens, within the lengths of DNS") {
    CHECK(is_domain("a"));
    CHECK(is_domain(std::string(63, 'a') + ".example"));
    CHECK_FALSE(is_domain(std::string(64, 'a') + ".example"));
    std::string longest = std::string(61, 'a');
    for (int i = 0; i < 3; ++i) {
        longest += "." + std::string(63, 'a');
    }
    CHECK(longest.size() == 253);
    CHECK(is_domain(longest));
    CHECK_FALSE(is_domain("a" + longest));
    CHECK_FALSE(is_domain("256.1.1.1"));
}

}  // namespace latchkey::app
