// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// ASVS 4.2.1 over real sockets; parser_test.cpp has the same table without.
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/smuggling_cases.hpp"
#include "http/test_server.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::test {

TEST_CASE("4.2.1: an ambiguous request gets one answer, then the connection ends") {
    std::atomic<int> smuggled = 0;
    http::Router router;
    router.add(text_route(http::Method::get, "/smuggled", [&](const http::Request&) {
        ++smuggled;
        return std::string("smuggled");
    }));
    router.add(text_route(http::Method::get, "/", [](const http::Request&) {
        return std::string("home");
    }));
    router.add(text_route(http::Method::post, "/", [](const http::Request& request) {
        return request.body;
    }));
    TestServer server(std::move(router));

    for (const auto& each : smuggling_cases) {
        CAPTURE(each.name);
        RawConnection connection(server.port());
        connection.send(std::string(each.bytes) + get_with("", "/smuggled"));
        const auto response = connection.read_response();
        REQUIRE(response.has_value());
        CHECK(response->status == each.status);
        CHECK(response->header("connection") == "close");
        connection.finish_sending();
        CHECK(connection.read_to_end().empty());
        CHECK_FALSE(server.access().note.empty());
    }
    CHECK(smuggled == 0);
    CHECK(server.client().get("/smuggled").body == "smuggled");
}

TEST_CASE("4.2.2: no response has two Content-Lengths, or one beside Transfer-Encoding") {
    http::Router router;
    router.add({.pattern = "/forge", .handler = [](const http::Request&) -> http::Outcome {
                    return http::Response{
                        .content_type = "text/plain",
                        .body = "abc",
                        .headers = {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}
                    };
                }});
    TestServer server(std::move(router));
    const auto response = server.client().get("/forge");
    CHECK(response.status == 500);
    CHECK(response.all("content-length").size() == 1);
    CHECK(response.all("transfer-encoding").empty());
    CHECK(server.access().note == "response sets a header that is the server's");
}

}  // namespace latchkey::test
