// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// The header crawler of ASVS V3.4: every way in which a response can come about.
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/test_server.hpp"
#include "store/store.hpp"
#include "support/http_client.hpp"

#include <array>
#include <charconv>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {

namespace {

using http::Method;
using http::Outcome;
using http::Request;
using http::Response;

/// "/STATUS" answers with that status, "/json" with JSON; others fail in their ways.
http::Router router_of_statuses() {
    http::Router router;
    router.add({.pattern = "/status/{n}", .handler = [](const Request& request) -> Outcome {
                    int status = 0;
                    const auto& digits = request.path_parameters.at(0);
                    std::from_chars(digits.data(), digits.data() + digits.size(), status);
                    if (status == 204 || status == 304) return Response{.status = status};
                    return Response{
                        .status = status, .content_type = "text/html; charset=utf-8", .body = "x"
                    };
                }});
    router.add({.pattern = "/json", .handler = [](const Request&) -> Outcome {
                    return http::json_response(200, "{}");
                }});
    router.add({.pattern = "/asset", .handler = [](const Request&) -> Outcome {
                    return Response{
                        .content_type = "text/css; charset=utf-8",
                        .body = "a{}",
                        .headers = {{"Cache-Control", "public, max-age=31536000, immutable"}}
                    };
                }});
    router.add({.pattern = "/away", .handler = [](const Request&) -> Outcome {
                    return http::see_other("/json");
                }});
    router.add({.pattern = "/throws", .handler = [](const Request&) -> Outcome {
                    throw std::runtime_error("on purpose");
                }});
    router.add({.pattern = "/unreadable", .handler = [](const Request&) -> Outcome {
                    throw store::ReadFailed{.code = 10};
                }});
    router.add(
        {.method = Method::post,
         .pattern = "/post",
         .handler = [](const Request&) -> Outcome { return Response{.status = 204}; },
         .body_limit = 10}
    );
    return router;
}

void check_security_headers(const HttpResponse& response) {
    CAPTURE(response.head);
    const std::array<std::pair<const char*, const char*>, 5> fixed{{
        {"x-content-type-options", "nosniff"},
        {"referrer-policy", "no-referrer"},
        {"cross-origin-opener-policy", "same-origin"},
        {"cross-origin-resource-policy", "same-origin"},
        {"strict-transport-security", "max-age=63072000; includeSubDomains"},
    }};
    for (const auto& [name, value] : fixed) {
        CHECK(response.all(name) == std::vector<std::string>{value});
    }

    const auto policy = response.all("content-security-policy");
    REQUIRE(policy.size() == 1);
    CHECK(policy[0].starts_with("default-src 'none'; "));
    CHECK(policy[0].find("frame-ancestors 'none'") != std::string::npos);
    CHECK(policy[0].find("unsafe") == std::string::npos);

    const auto permissions = response.header("permissions-policy");
    CHECK(
        permissions.starts_with("publickey-credentials-get=(self), "
                                "publickey-credentials-create=(self), ")
    );
    CHECK(permissions.find("camera=()") != std::string::npos);

    CHECK(response.header("x-request-id").size() == 22);
    CHECK(response.header("date") == "Wed, 04 Mar 2026 05:06:07 GMT");
    CHECK(response.all("cache-control").size() == 1);
    CHECK(response.all("server").empty());
    CHECK(response.all("x-powered-by").empty());
    CHECK(response.all("access-control-allow-origin").empty());  // 3.4.2
    CHECK(response.head.find("Boost") == std::string::npos);
    if (!response.body.empty()) {
        CHECK(response.header("content-type").find("charset=utf-8") != std::string::npos);  // 4.1.1
    }
}

}  // namespace

TEST_CASE("V3.4: every response carries all security headers, whatever its status") {
    const TestServer server(router_of_statuses(), {.hsts = true});
    std::set<int> statuses;
    std::set<std::string> ids;
    const auto check = [&](const HttpResponse& response, int status) {
        CHECK(response.status == status);
        check_security_headers(response);
        statuses.insert(response.status);
        CHECK(ids.insert(response.header("x-request-id")).second);
    };
    auto client = server.client();
    for (const int status : {200, 201, 202, 204, 303, 304, 400, 401, 403, 404,
                             406, 409, 410, 415, 422, 428, 429, 500, 502, 503}) {
        check(client.get("/status/" + std::to_string(status)), status);
    }
    check(client.get("/json"), 200);
    check(client.get("/asset"), 200);
    check(client.get("/away"), 303);
    check(client.get("/throws"), 500);
    check(client.get("/unreadable"), 503);
    check(client.get("/status/299"), 500);
    check(client.get("/nowhere"), 404);
    check(client.get("/nowhere.css"), 404);  // 14.2.5
    check(client.get("/post"), 405);
    check(client.head("/json"), 200);
    check(client.head("/nowhere"), 404);
    check(client.post("/post", {{"a", "1"}}), 204);
    check(client.post("/post", {{"a", "12345678901"}}), 413);
    check(client.request("PUT", "/json", {}), 405);
    check(client.request("TRACE", "/json", {}), 405);
    check(client.request("BREW", "/json", {}), 501);
    check(client.get("/json", {{"host", "evil.example"}}), 421);
    check(client.get("/json", {{"x-big", std::string(20'000, 'a')}}), 431);
    check(client.get("/" + std::string(3'000, 'a')), 414);
    check(client.get("/a//b"), 400);
    check(client.post("/post", {}, {{"expect", "nothing"}}), 417);
    check(client.post("/post", {}, {{"content-encoding", "gzip"}}), 415);
    RawConnection raw(server.port());
    raw.send("GET / HTTP/3.0\r\n\r\n");
    check(raw.read_response().value(), 505);
    CHECK(statuses.size() == 28);
}

TEST_CASE("3.2.1: JSON opened as a page can do nothing") {
    const TestServer server(router_of_statuses());
    const auto response = server.client().get("/json", {{"sec-fetch-dest", "document"}});
    CHECK(response.header("content-type") == "application/json; charset=utf-8");
    CHECK(
        response.header("content-security-policy") ==
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    );
}

TEST_CASE("405 says which methods are there") {
    const TestServer server(router_of_statuses());
    auto client = server.client();
    CHECK(client.get("/post").header("allow") == "POST");
    CHECK(client.request("DELETE", "/json", {}).header("allow") == "GET, HEAD");
    CHECK(client.request("CONNECT", "/nowhere", {}).header("allow") == "GET, HEAD, POST");
}

TEST_CASE("HEAD is answered as GET is, but for the body") {
    const TestServer server(router_of_statuses());
    auto client = server.client();
    for (const auto* path : {"/json", "/asset", "/away", "/nowhere", "/throws", "/status/304"}) {
        CAPTURE(path);
        auto got = client.get(path);
        auto head = client.head(path);
        const auto without_id = [](HttpResponse& response) {
            std::erase_if(response.headers, [](const auto& field) {
                return field.first == "x-request-id";
            });
            return response.headers;
        };
        CHECK(head.status == got.status);
        CHECK(without_id(head) == without_id(got));
    }
    // The next answer follows at once: no byte of a body came before it.
    CHECK(client.head("/json").status == 200);
    CHECK(client.get("/json").body == "{}");
}

}  // namespace latchkey::test
