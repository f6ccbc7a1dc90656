// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// One connection over its life: keep-alive, pipelines, Expect, deadlines, limits, the stop.
#include "accounts/changes.hpp"
#include "http/address.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/test_server.hpp"
#include "store/commit.hpp"
#include "support/http_client.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {

namespace {

using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Router;
using http::Save;
using std::chrono::milliseconds;

constexpr std::size_t big_bytes = 32'000'000;

Router router_of_texts() {
    Router router;
    router.add(text_route(Method::get, "/", [](const Request&) { return std::string("home"); }));
    router.add(text_route(Method::get, "/n/{n}", [](const Request& request) {
        return request.path;
    }));
    router.add(text_route(Method::get, "/client", [](const Request& request) {
        return request.client.text();
    }));
    router.add(text_route(Method::get, "/big", [](const Request&) {
        return std::string(big_bytes, 'x');
    }));
    router.add(text_route(Method::post, "/echo", [](const Request& request) {
        return request.body;
    }));
    router.add({.pattern = "/save", .handler = [](const Request&) -> Outcome {
                    return Save{
                        .commit = {.changes = {accounts::MarkRecovered{}}},
                        .then = [](const store::CommitResult&) -> Outcome {
                            return Response{
                                .content_type = "text/plain; charset=utf-8", .body = "saved"
                            };
                        }
                    };
                }});
    return router;
}

std::string post_head(std::string_view lines) {
    return "POST /echo HTTP/1.1\r\nHost: localhost:8080\r\n" + std::string(lines) + "\r\n";
}

/// Deadlines that the sweep looks at every 5 ms, and that come when the test moves the clock.
http::ServerLimits short_limits() {
    return {
        .head_timeout = milliseconds(40),
        .body_timeout = milliseconds(50),
        .idle_timeout = milliseconds(60),
        .write_timeout = milliseconds(70)
    };
}

}  // namespace

TEST_CASE("requests that come at once are answered one after the other") {
    const TestServer server(router_of_texts());
    RawConnection connection(server.port());
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        requests += get_with("", "/n/" + std::to_string(i));
        requests += post_head("Content-Length: 2\r\n") + "hi";
        requests += post_head("Transfer-Encoding: chunked\r\n") + "2\r\nyo\r\n0\r\n\r\n";
    }
    connection.send(requests);
    for (int i = 0; i < 50; ++i) {
        CHECK(connection.read_response()->body == "/n/" + std::to_string(i));
        CHECK(connection.read_response()->body == "hi");
        CHECK(connection.read_response()->body == "yo");
    }
}

TEST_CASE("a pipeline that ends with close is answered to its end, and no further") {
    const TestServer server(router_of_texts());
    const auto answers = server.answer_to(
        get_with("") + get_with("Connection: close\r\n", "/n/last") + get_with("", "/n/never")
    );
    CHECK(answers.find("/n/last") != std::string::npos);
    CHECK(answers.find("/n/never") == std::string::npos);
}

TEST_CASE("a client that has finished sending gets its answer") {
    const TestServer server(router_of_texts());
    CHECK(server.answer_to(get_with("")).ends_with("\r\n\r\nhome"));
    CHECK(server.answer_to("GET / HTT").empty());
    CHECK(server.answer_to("").empty());
}

TEST_CASE("HTTP/1.0 is answered, and the connection ends") {
    const TestServer server(router_of_texts());
    RawConnection connection(server.port());
    connection.send("GET / HTTP/1.0\r\nHost: localhost:8080\r\nConnection: keep-alive\r\n\r\n");
    const auto response = connection.read_response();
    CHECK(response->body == "home");
    CHECK(response->header("connection") == "close");
    CHECK(connection.read_to_end().empty());
}

TEST_CASE("Expect: 100-continue is answered before the body is sent") {
    const TestServer server(router_of_texts());
    RawConnection connection(server.port());
    connection.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\n"));
    CHECK(connection.read_response()->head == "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("hi");
    CHECK(connection.read_response()->body == "hi");
    // A body that is there already needs no invitation.
    connection.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\n") + "hi");
    CHECK(connection.read_response()->status == 200);
    connection.send(post_head("Expect: 100-continue\r\n"));
    CHECK(connection.read_response()->status == 200);
}

TEST_CASE("Expect: 100-continue of a body that is not wanted is answered with the refusal") {
    const TestServer server(router_of_texts());
    RawConnection connection(server.port());
    connection.send(post_head("Content-Length: 65537\r\nExpect: 100-continue\r\n"));
    const auto response = connection.read_response();
    CHECK(response->status == 413);
    CHECK(response->header("connection") == "close");
}

TEST_CASE("T37: a body that is refused early does not cost the client the answer") {
    const TestServer server(router_of_texts());
    RawConnection connection(server.port());
    connection.send(post_head("Content-Length: 500000\r\n") + std::string(500'000, 'x'));
    CHECK(connection.read_response()->status == 413);
    CHECK(connection.read_to_end().empty());
}

TEST_CASE("T37: a client that goes on sending after a refusal is cut off at 1 MiB") {
    const TestServer server(router_of_texts());
    const RawConnection connection(server.port());
    connection.send(post_head("Content-Length: 100000000\r\n"));
    bool is_open = true;
    for (int i = 0; i < 2'000 && is_open; ++i) {
        is_open = connection.send(std::string(50'000, 'x'));
    }
    CHECK_FALSE(is_open);
}

TEST_CASE("T37: a head that does not end in time is answered with 408") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    connection.send("GET / HTTP/1.1\r\nHost: localhost:8080\r\n");
    CHECK(server.client().get("/").status == 200);  // the first bytes are read by now
    server.access();
    server.clock.advance(milliseconds(40));
    CHECK(connection.read_response()->status == 408);
    CHECK(server.access().note == "head timeout");
    CHECK(connection.read_to_end().empty());
}

TEST_CASE("T37: dripping bytes does not move the deadline of a head") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    for (const char byte : std::string("GET / HTTP")) {
        connection.send(std::string(1, byte));
        CHECK(server.client().get("/").status == 200);
        server.access();
        server.clock.advance(milliseconds(3));
    }
    server.clock.advance(milliseconds(10));
    CHECK(connection.read_response()->status == 408);
}

TEST_CASE("T37: a body that does not end in time is answered with 408") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    connection.send(post_head("Content-Length: 10\r\nExpect: 100-continue\r\n"));
    CHECK(connection.read_response()->status == 100);
    connection.send("12345");
    CHECK(server.client().get("/").status == 200);  // the server has gone on to the body by now
    server.access();
    server.clock.advance(milliseconds(50));
    CHECK(connection.read_response()->status == 408);
    CHECK(server.access().note == "body timeout");
}

TEST_CASE("an idle connection is closed in time, without a word") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    connection.send(get_with(""));
    CHECK(connection.read_response()->status == 200);
    CHECK(server.client().get("/").status == 200);  // it is idle by now
    server.clock.advance(milliseconds(60));
    CHECK(connection.read_to_end().empty());
}

TEST_CASE("T37: an answer that nobody reads is given up in time") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    connection.shrink_receive_buffer();
    connection.send(get_with("", "/big"));
    CHECK(server.client().get("/").status == 200);  // the big answer has begun by now
    CHECK(server.access().path == "/");
    server.clock.advance(milliseconds(70));
    const auto access = server.access();
    CHECK(access.path == "/big");
    CHECK(access.note == "write timeout");
    CHECK(connection.read_to_end().size() < big_bytes);
}

TEST_CASE("a commit has no deadline: what it decided is answered") {
    TestServer server(router_of_texts(), {.limits = short_limits()});
    RawConnection connection(server.port());
    connection.send(get_with("", "/save"));
    auto [commit, done] = server.store.take();
    server.clock.advance(std::chrono::hours(1));
    CHECK(server.client().get("/").status == 200);
    std::move(done)(store::Committed{});
    CHECK(connection.read_response()->body == "saved");
}

TEST_CASE("a big answer arrives whole") {
    const TestServer server(router_of_texts());
    const auto response = server.client().get("/big");
    CHECK(response.body.size() == big_bytes);
    CHECK(response.body.find_first_not_of('x') == std::string::npos);
}

TEST_CASE(
    "T37: connections beyond the cap are turned away before any work: 503 in all, 429 per network"
) {
    for (const bool is_network : {false, true}) {
        http::ServerLimits limits;
        (is_network ? limits.connections_per_network : limits.connections) = 2;
        TestServer server(router_of_texts(), {.limits = limits});
        auto first = std::make_unique<RawConnection>(server.port());
        RawConnection second(server.port());
        first->send(get_with(""));
        second.send(get_with(""));
        CHECK(first->read_response()->status == 200);
        CHECK(second.read_response()->status == 200);

        RawConnection third(server.port());
        const auto refusal = third.read_response();
        CHECK(refusal->status == (is_network ? 429 : 503));
        CHECK(refusal->header("retry-after") == "5");
        CHECK_FALSE(refusal->header("content-security-policy").empty());
        server.access();
        server.access();
        CHECK_FALSE(server.access().note.empty());

        // Room again, once the server has seen the end of the first.
        first->finish_sending();
        CHECK(first->read_to_end().empty());
        CHECK(server.client().get("/").status == 200);
    }
}

TEST_CASE("connections of a trusted proxy do not count as one network") {
    TestServer server(
        router_of_texts(),
        {.trusted_proxies = {http::AddressRange::parse("127.0.0.1").value()},
         .limits = {.connections_per_network = 1}}
    );
    std::vector<std::unique_ptr<RawConnection>> connections;
    for (int i = 0; i < 5; ++i) {
        connections.push_back(std::make_unique<RawConnection>(server.port()));
        connections.back()->send(get_with("X-Forwarded-For: 203.0.113.9\r\n", "/client"));
        CHECK(connections.back()->read_response()->body == "203.0.113.9");
        CHECK(server.access().network == "203.0.113.0/24");
    }
}

TEST_CASE("4.1.3, 15.3.4: forwarded addresses count from trusted proxies only") {
    const TestServer direct(router_of_texts());
    CHECK(direct.client().get("/client", {{"x-forwarded-for", "203.0.113.9"}}).body == "127.0.0.1");
    CHECK(direct.client().get("/client", {{"x-forwarded-for", "garbage"}}).status == 200);

    const TestServer behind(
        router_of_texts(), {.trusted_proxies = {http::AddressRange::parse("127.0.0.0/8").value()}}
    );
    auto client = behind.client();
    CHECK(
        client.get("/client", {{"x-forwarded-for", "1.1.1.1, 203.0.113.9, 127.0.0.2"}}).body ==
        "203.0.113.9"
    );
    CHECK(client.get("/client", {{"x-forwarded-for", "garbage"}}).status == 400);
    CHECK(client.get("/client", {{"x-forwarded-proto", "garbage"}}).status == 400);
    CHECK(client.get("/client", {{"forwarded", "for=\"[2001:db8::9]\""}}).body == "2001:db8::9");
}

TEST_CASE("a redirect host answers with our own origin") {
    const TestServer server(
        router_of_texts(), {.redirect_hosts = {{"127.0.0.1:8080", "http://localhost:8080"}}}
    );
    auto client = server.client();
    const auto response = client.get("/n/1?a=b", {{"host", "127.0.0.1:8080"}});
    CHECK(response.status == 303);
    CHECK(response.header("location") == "http://localhost:8080/n/1?a=b");
    CHECK(client.follow(response).body == "/n/1");
    CHECK(client.post("/echo", {}, {{"host", "127.0.0.1:8080"}}).status == 421);
}

TEST_CASE("the access log has the request, its status, its time and its network, but no query") {
    TestServer server(router_of_texts());
    const auto response = server.client().get("/n/1?secret=1");
    const auto access = server.access();
    CHECK(access.request_id == response.header("x-request-id"));
    CHECK(access.method == "GET");
    CHECK(access.path == "/n/1");
    CHECK(access.status == 200);
    CHECK(access.network == "127.0.0.0/24");
    CHECK(access.note.empty());
}

}  // namespace latchkey::test
