// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/policy.hpp"

#include "http/address.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {

using http::Address;
using http::CheckedHead;
using http::Method;
using http::RequestHead;

namespace {

using HeadFields = std::vector<std::pair<std::string_view, std::string_view>>;

struct Asked {
    std::string_view method = "GET";
    std::string_view target = "/";
    int minor_version = 1;
    HeadFields fields;
    std::string_view host = "sign-in.example";
};

CheckedHead check(const Asked& asked) {
    RequestHead head{
        .method = asked.method,
        .target = asked.target,
        .minor_version = asked.minor_version,
        .fields = asked.fields
    };
    if (!asked.host.empty()) head.fields.emplace_back("Host", asked.host);
    return check_head(
        head,
        Address::parse("10.0.0.1").value(),
        {.hosts = {"sign-in.example", "localhost:8080"},
         .redirect_hosts = {{"127.0.0.1:8080", "http://localhost:8080"}},
         .trusted_proxies = {http::AddressRange::parse("10.0.0.0/8").value()}}
    );
}

/// The status of the refusal, or 200.
int status_of(const Asked& asked) {
    const auto checked = check(asked);
    return checked.refusal ? checked.refusal->status : 200;
}

}  // namespace

TEST_CASE("an accepted head becomes a request") {
    const auto checked = check(
        {.method = "POST",
         .target = "/a%20b?x=1&y=%C3%A9",
         .fields =
             {{"Cookie", "a=1; b=2"},
              {"ACCEPT", "application/json"},
              {"X-List", "1"},
              {"x-list", " 2 "}}}
    );
    REQUIRE_FALSE(checked.refusal.has_value());
    const auto& request = checked.request;
    CHECK(request.method == Method::post);
    CHECK(request.path == "/a b");
    CHECK(request.target == "/a%20b?x=1&y=%C3%A9");
    CHECK(request.query.get("x") == "1");
    CHECK(request.query.get("y") == "\u00e9");
    CHECK(*request.cookie("b") == "2");
    CHECK(*request.header("x-list") == "1, 2");  // RFC 9110 5.3
    CHECK(request.representation == http::Representation::json);
    CHECK(request.client.text() == "10.0.0.1");
    CHECK(checked.keeps_alive);
}

TEST_CASE("T24: only our own Hosts are served") {
    CHECK(status_of({.host = "sign-in.example"}) == 200);
    CHECK(status_of({.host = "SIGN-IN.example"}) == 200);
    CHECK(status_of({.host = "localhost:8080"}) == 200);
    CHECK(status_of({.host = ""}) == 400);
    CHECK(status_of({.fields = {{"hOST", "sign-in.example"}}}) == 400);
    for (const auto* host :
         {"evil.example",
          "sign-in.example:443",
          "sign-in.example.",
          "sign-in.example.evil.example",
          "evil.example/sign-in.example",
          "user@sign-in.example",
          "sign-in.example,evil.example",
          "localhost",
          "localhost:80",
          "localhost:08080",
          "127.0.0.1",
          "[::1]:8080",
          " ",
          "*"}) {
        CAPTURE(host);
        CHECK(status_of({.host = host}) == 421);
    }
}

TEST_CASE("T24: X-Forwarded-Host and its likes change nothing") {
    for (const auto* name :
         {"X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded-Host"}) {
        const auto checked = check({.target = "/a", .fields = {{name, "evil.example"}}});
        REQUIRE_FALSE(checked.refusal.has_value());
        CHECK(checked.request.path == "/a");
    }
}

TEST_CASE("a redirect host is sent to our own for GET and HEAD, path and query kept") {
    CHECK(
        check({.target = "/a?b=c", .host = "127.0.0.1:8080"}).redirect_to ==
        "http://localhost:8080/a?b=c"
    );
    CHECK(
        check({.method = "HEAD", .host = "127.0.0.1:8080"}).redirect_to == "http://localhost:8080/"
    );
    CHECK(status_of({.method = "POST", .host = "127.0.0.1:8080"}) == 421);
    CHECK(status_of({.target = "//evil.example", .host = "127.0.0.1:8080"}) == 400);
    CHECK(check({.target = "/a"}).redirect_to.empty());
}

TEST_CASE("fields that decide about security or framing must not stand twice") {
    for (const auto* name :
         {"Authorization",
          "Content-Type",
          "Cookie",
          "Origin",
          "Referer",
          "Sec-Fetch-Site",
          "Sec-Fetch-Mode",
          "Sec-Fetch-Dest",
          "Sec-Fetch-User",
          "Expect",
          "Content-Encoding"}) {
        CAPTURE(name);
        const std::string_view value =
            name == std::string_view("Expect") ? "100-continue" : "identity";
        CHECK(status_of({.method = "POST", .fields = {{name, value}}}) == 200);
        CHECK(status_of({.method = "POST", .fields = {{name, value}, {name, value}}}) == 400);
    }
}

TEST_CASE("header values have no control characters but tabs inside") {
    using std::string_view_literals::operator""sv;
    CHECK(status_of({.fields = {{"X-A", "a\tb"}}}) == 200);
    CHECK(status_of({.fields = {{"X-A", "caf\xc3\xa9"}}}) == 200);
    for (const auto value : {"a\0b"sv, "a\rb"sv, "a\nb"sv, "a\x1b"sv, "a\x7f"sv}) {
        CHECK(status_of({.fields = {{"X-A", value}}}) == 400);
    }
    CHECK(status_of({.fields = {{"X A", "a"}}}) == 400);
    CHECK(status_of({.fields = {{"", "a"}}}) == 400);
}

TEST_CASE("4.1.4: methods other than GET, HEAD and POST are not there") {
    for (const auto* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"}) {
        CAPTURE(method);
        CHECK(status_of({.method = method}) == 405);
    }
    for (const auto* method : {"get", "GETS", "PROPFIND", "X", "PRI"}) {
        CAPTURE(method);
        CHECK(status_of({.method = method}) == 501);
    }
}

TEST_CASE("T37: path, query and cookies have limits") {
    const auto path = [](std::size_t size) { return "/" + std::string(size - 1, 'a'); };
    CHECK(status_of({.target = path(2'048)}) == 200);
    CHECK(status_of({.target = path(2'049)}) == 414);
    const auto query = [](std::size_t size) { return "/?a=" + std::string(size - 2, 'a'); };
    CHECK(status_of({.target = query(8'192)}) == 200);
    CHECK(status_of({.target = query(8'193)}) == 414);
    CHECK(status_of({.target = "/?a=1&a=2"}) == 400);
    CHECK(status_of({.target = "/?a=%"}) == 400);
    CHECK(status_of({.target = "/?a=\xff"}) == 400);
    std::string cookies;
    for (int i = 0; i < 129; ++i) {
        cookies += "c=" + std::to_string(i) + ";";
    }
    CHECK(status_of({.fields = {{"Cookie", cookies}}}) == 431);
}

TEST_CASE("Expect is 100-continue or refused, and nothing to HTTP/1.0") {
    CHECK(check({.method = "POST", .fields = {{"Expect", "100-Continue"}}}).expects_continue);
    CHECK_FALSE(check({.method = "POST"}).expects_continue);
    CHECK_FALSE(check({.method = "POST", .minor_version = 0, .fields = {{"Expect", "100-continue"}}}
    ).expects_continue);
    CHECK(status_of({.method = "POST", .fields = {{"Expect", "200-ok"}}}) == 417);
}

TEST_CASE("a connection goes on after HTTP/1.1 without `close`, never after HTTP/1.0") {
    CHECK(check({}).keeps_alive);
    CHECK(check({.fields = {{"Connection", "keep-alive, Upgrade"}}}).keeps_alive);
    CHECK_FALSE(check({.fields = {{"Connection", "Close"}}}).keeps_alive);
    CHECK_FALSE(check({.fields = {{"Connection", "TE"}, {"Connection", "close"}}}).keeps_alive);
    CHECK_FALSE(check({.minor_version = 0, .fields = {{"Connection", "keep-alive"}}}).keeps_alive);
    CHECK(status_of({.minor_version = 0, .host = ""}) == 400);
}

TEST_CASE("4.1.3: an unreadable client address from a trusted proxy is refused") {
    CHECK(status_of({.fields = {{"X-Forwarded-For", "garbage"}}}) == 400);
    CHECK(status_of({.fields = {{"X-Forwarded-Proto", "garbage"}}}) == 400);
    const auto checked =
        check({.fields = {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", "203.0.113.9"}}});
    CHECK(checked.request.client.text() == "203.0.113.9");
}

TEST_CASE("a refused request carries what an error page needs") {
    const auto checked = check(
        {.method = "HEAD",
         .target = "/a",
         .fields = {{"Accept", "application/json"}},
         .host = "evil.example"}
    );
    REQUIRE(checked.refusal.has_value());
    CHECK(checked.request.method == Method::head);
    CHECK(checked.request.representation == http::Representation::json);
    CHECK(checked.request.client.text() == "10.0.0.1");
}

}  // namespace latchkey::test
