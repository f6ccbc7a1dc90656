// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/head_writer.hpp"

#include "base/clock.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

using http::HeadWriter;
using http::Response;

namespace {

Result<std::string, std::string_view> write(const Response& response) {
    const HeadWriter writer({});
    return writer.write(response, {.request_id = "id", .date = "now"});
}

bool has_line(const std::string& head, std::string_view line) {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a head has status, framing, the handler's fields and cookies") {
    const auto head = write(
        {.status = 201,
         .content_type = "text/plain; charset=utf-8",
         .body = "12345",
         .headers = {{"X-Own", "a b"}},
         .cookies =
             {{.name = "__Host-a", .value = "v.1", .max_age = std::chrono::hours(1)},
              {.name = "__Host-b", .value = "", .max_age = std::chrono::seconds(0)},
              {.name = "__Host-c", .value = "x"}}}
    );
    REQUIRE(head.has_value());
    CHECK(head->starts_with("HTTP/1.1 201 Created\r\n"));
    CHECK(head->ends_with("\r\n\r\n"));
    CHECK(has_line(*head, "Content-Length: 5"));
    CHECK(has_line(*head, "Content-Type: text/plain; charset=utf-8"));
    CHECK(has_line(*head, "X-Own: a b"));
    CHECK(has_line(*head, "X-Request-Id: id"));
    CHECK(has_line(
        *head, "Set-Cookie: __Host-a=v.1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600"
    ));
    CHECK(
        has_line(*head, "Set-Cookie: __Host-b=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
    );
    CHECK(has_line(*head, "Set-Cookie: __Host-c=x; Path=/; Secure; HttpOnly; SameSite=Lax"));
}

TEST_CASE("a response without content has no Content-Length for 204 and 304 (RFC 9110 8.6)") {
    CHECK(write({.status = 204})->find("Content-Length") == std::string::npos);
    CHECK(write({.status = 304})->find("Content-Length") == std::string::npos);
    CHECK(has_line(*write({.status = 303, .headers = {{"Location", "/"}}}), "Content-Length: 0"));
}

TEST_CASE(
    "header injection: CR, LF, NUL and other controls are refused everywhere (Beast lets them pass)"
) {
    using std::string_view_literals::operator""sv;
    for (const auto bad :
         {"/x\r\nSet-Cookie: a=b"sv, "a\rb"sv, "a\nb"sv, "a\0b"sv, "a\x7f"sv, "\x01"sv, "a\tb"sv}) {
        const std::string value(bad);
        CAPTURE(value);
        CHECK_FALSE(write({.headers = {{"Location", value}}}).has_value());
        CHECK_FALSE(write({.headers = {{"X-" + value, "a"}}}).has_value());
        CHECK_FALSE(write({.content_type = "text/" + value}).has_value());
        CHECK_FALSE(write({.cookies = {{.name = "__Host-a", .value = value}}}).has_value());
        CHECK_FALSE(write({.cookies = {{.name = "__Host-" + value, .value = "a"}}}).has_value());
    }
    CHECK_FALSE(write({.headers = {{"", "a"}}}).has_value());
    CHECK_FALSE(write({.headers = {{"a b", "a"}}}).has_value());
    CHECK_FALSE(write({.headers = {{"a:", "a"}}}).has_value());
}

TEST_CASE("header injection: no value of any bytes adds a line") {
    const auto lines_of = [](std::string_view head) {
        return std::count(head.begin(), head.end(), '\n');
    };
    const auto expected = lines_of(*write({.headers = {{"X-Own", "a"}}}));
    CHECK(rc::check([&](const std::string& value) {
        const auto head = write({.headers = {{"X-Own", value}}});
        if (head) RC_ASSERT(lines_of(*head) == expected);
    }));
}

TEST_CASE("3.3.1, 3.3.3: a cookie without __Host-, with a free value or too long is refused") {
    CHECK_FALSE(write({.cookies = {{.name = "session", .value = "a"}}}).has_value());
    CHECK_FALSE(write({.cookies = {{.name = "__Secure-a", .value = "a"}}}).has_value());
    CHECK_FALSE(write({.cookies = {{.name = "__Host-a", .value = "a; Domain=evil"}}}).has_value());
    CHECK_FALSE(write({.cookies = {{.name = "__Host-a", .value = "\"a\""}}}).has_value());
    const std::string long_value(4'096, 'a');
    CHECK_FALSE(write({.cookies = {{.name = "__Host-a", .value = long_value}}}).has_value());
}

TEST_CASE("a handler cannot take over what the server says in every response") {
    for (const auto* name :
         {"Content-Security-Policy",
          "content-length",
          "Transfer-Encoding",
          "Connection",
          "Date",
          "Server",
          "Set-Cookie",
          "X-Content-Type-Options",
          "Referrer-Policy",
          "Permissions-Policy",
          "Cross-Origin-Opener-Policy",
          "Cross-Origin-Resource-Policy",
          "Content-Type",
          "Strict-Transport-Security",
          "X-Request-Id"}) {
        CAPTURE(name);
        CHECK_FALSE(write({.headers = {{name, "a"}}}).has_value());
    }
    CHECK_FALSE(write({.status = 299}).has_value());
    CHECK_FALSE(write({.status = 307}).has_value());  // it would repeat a POST elsewhere
    CHECK_FALSE(write({.body = "a"}).has_value());    // 4.1.1: content has a type
}

TEST_CASE("3.4.3: a page may load from here only, JSON may do nothing, a picture has its styles") {
    const auto policy_of = [](std::string_view type) {
        const auto head = write({.content_type = std::string(type), .body = "x"}).value();
        const auto start = head.find("Content-Security-Policy: ") + 25;
        return head.substr(start, head.find("\r\n", start) - start);
    };
    const std::string page =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp-report";
    CHECK(policy_of("text/html; charset=utf-8") == page);
    CHECK(policy_of("text/javascript; charset=utf-8") == page);
    const std::string data = "default-src 'none'; frame-ancestors 'none'; sandbox";
    CHECK(policy_of("application/json; charset=utf-8") == data);
    CHECK(policy_of("application/problem+json") == data);
    CHECK(
        policy_of("image/svg+xml") ==
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    );
}

TEST_CASE("14.2.2: nothing is cached unless the handler says how") {
    const auto plain = write({}).value();
    CHECK(has_line(plain, "Cache-Control: no-store"));
    CHECK(has_line(plain, "Vary: Accept, Cookie"));
    const auto asset = write(
        {.headers =
             {{"cache-control", "public, max-age=31536000, immutable"}, {"Vary", "Accept-Encoding"}}
        }
    );
    CHECK(asset->find("no-store") == std::string::npos);
    CHECK(asset->find("Vary: Accept, Cookie") == std::string::npos);
}

TEST_CASE("3.4.1: two years of HSTS where TLS is sure") {
    const HeadWriter writer({.hsts = true});
    const auto head = writer.write({}, {.request_id = "id", .date = "now"}).value();
    CHECK(has_line(head, "Strict-Transport-Security: max-age=63072000; includeSubDomains"));
    CHECK(write({})->find("Strict-Transport-Security") == std::string::npos);
}

TEST_CASE("a date is written as IMF-fixdate (RFC 9110 5.6.7)") {
    CHECK(http::http_date(from_milliseconds(784'111'777'000)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http::http_date(from_milliseconds(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http::http_date(from_milliseconds(1'709'164'799'999)) == "Wed, 28 Feb 2024 23:59:59 GMT");
}

}  // namespace latchkey::test
