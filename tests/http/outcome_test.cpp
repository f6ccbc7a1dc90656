// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/outcome.hpp"

#include "accounts/changes.hpp"
#include "base/once.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/test_server.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

namespace latchkey::test {

namespace {

using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Router;
using http::Save;

Router router_with(std::string pattern, http::Handler handler) {
    Router router;
    router.add({.pattern = std::move(pattern), .handler = std::move(handler)});
    return router;
}

Outcome save_then(Once<Outcome(store::CommitResult)> then) {
    return Save{.commit = {.changes = {accounts::MarkRecovered{}}}, .then = std::move(then)};
}

/// `count` commits, one after the other, then a response.
Outcome save_times(int count) {
    if (count == 0) return text(200, "done");
    return save_then([count](const store::CommitResult&) { return save_times(count - 1); });
}

/// Sends GET `path` and leaves the answer to be read.
std::unique_ptr<RawConnection> ask(const TestServer& server, std::string_view path) {
    auto connection = std::make_unique<RawConnection>(server.port());
    connection->send(get_with("", path));
    return connection;
}

}  // namespace

TEST_CASE("a Save's continuation decides the answer from the commit's result") {
    TestServer server(router_with("/", [](const Request& request) {
        return save_then([&request](const store::CommitResult& result) -> Outcome {
            if (std::holds_alternative<store::Committed>(result)) return text(200, request.path);
            if (std::holds_alternative<store::Refused>(result)) return text(409, "refused");
            return text(503, "unknown");
        });
    }));
    const auto status_after = [&](store::CommitResult result) {
        const auto connection = ask(server, "/");
        CHECK(server.store.answer(std::move(result)).changes.size() == 1);
        return connection->read_response()->status;
    };
    CHECK(status_after(store::Committed{}) == 200);
    CHECK(status_after(store::Refused{.change = 0}) == 409);
    CHECK(status_after(store::Unknown{}) == 503);
}

TEST_CASE(
    "a continuation runs on the thread where its handler ran, and the thread waits for nothing"
) {
    Router router;
    router.add({.pattern = "/save", .handler = [](const Request&) {
                    const auto handler_thread = std::this_thread::get_id();
                    return save_then([handler_thread](const store::CommitResult&) -> Outcome {
                        const bool is_same = std::this_thread::get_id() == handler_thread;
                        return text(200, is_same ? "same" : "other");
                    });
                }});
    router.add(text_route(Method::get, "/other", [](const Request&) {
        return std::string("other");
    }));
    TestServer server(std::move(router));
    const auto saving = ask(server, "/save");
    auto [commit, done] = server.store.take();
    CHECK(server.client().get("/other").body == "other");  // while the commit is under way
    std::move(done)(store::Committed{});
    CHECK(saving->read_response()->body == "same");
}

TEST_CASE("a store that answers within commit() is fine: a full queue does") {
    TestServer server(router_with("/", [](const Request&) {
        return save_then([](const store::CommitResult& result) -> Outcome {
            return text(std::holds_alternative<store::Unknown>(result) ? 503 : 200, "");
        });
    }));
    server.store.answers_at_once = store::Unknown{};
    CHECK(server.client().get("/").status == 503);
}

TEST_CASE("eight outcomes may follow each other, a ninth is answered with 500") {
    Router router;
    router.add({.pattern = "/7", .handler = [](const Request&) { return save_times(7); }});
    router.add({.pattern = "/8", .handler = [](const Request&) { return save_times(8); }});
    TestServer server(std::move(router));
    server.store.answers_at_once = store::Committed{};
    auto client = server.client();
    CHECK(client.get("/7").status == 200);
    server.access();
    CHECK(client.get("/8").status == 500);
    CHECK(server.access().note == "more than eight outcomes for one request");
    CHECK(client.get("/7").status == 200);
}

TEST_CASE("what a handler throws is answered, noted, and the process and the connection live") {
    Router router;
    router.add({.pattern = "/throws", .handler = [](const Request&) -> Outcome {
                    throw std::runtime_error("on purpose");
                }});
    router.add({.pattern = "/throws-int", .handler = [](const Request&) -> Outcome { throw 7; }});
    router.add({.pattern = "/unreadable", .handler = [](const Request&) -> Outcome {
                    throw store::ReadFailed{.code = 10};
                }});
    router.add({.pattern = "/throws-later", .handler = [](const Request&) {
                    return save_then([](const store::CommitResult&) -> Outcome {
                        throw std::runtime_error("later");
                    });
                }});
    TestServer server(std::move(router));
    server.store.answers_at_once = store::Committed{};
    auto client = server.client();
    const auto check = [&](const char* path, int status, std::string_view note) {
        const auto response = client.get(path);
        CHECK(response.status == status);
        CHECK(response.header("connection").empty());
        CHECK(response.body.find("purpose") == std::string::npos);
        CHECK(server.access().note == note);
    };
    check("/throws", 500, "exception: on purpose");
    check("/throws-int", 500, "exception of an unknown type");
    check("/unreadable", 503, "database read failed, code 10");
    check("/throws-later", 500, "exception: later");
}

TEST_CASE("503 says when to try again") {
    const TestServer server(router_with("/", [](const Request&) -> Outcome {
        throw store::ReadFailed{};
    }));
    CHECK(server.client().get("/").header("retry-after") == "1");
}

TEST_CASE("errors that no handler saw are rendered by on_error") {
    const TestServer server(
        router_with("/throws", [](const Request&) -> Outcome { throw std::runtime_error("x"); }),
        {.on_error =
             [](int status, const Request& request) {
                 return text(200, std::to_string(status) + " " + request.path + " " + request.id);
             }}
    );
    auto client = server.client();
    auto response = client.get("/nowhere");
    CHECK(response.status == 404);  // whatever the page says
    CHECK(response.body == "404 /nowhere " + response.header("x-request-id"));
    response = client.get("/throws");
    CHECK(response.status == 500);
    CHECK(response.body.starts_with("500 /throws "));
}

TEST_CASE("an error page that fails itself is replaced by plain text") {
    const TestServer throwing(Router{}, {.on_error = [](int, const Request&) -> Response {
                                  throw std::runtime_error("the template is broken");
                              }});
    auto response = throwing.client().get("/nowhere");
    CHECK(response.status == 500);
    CHECK(response.body == "Error 500\n");

    const TestServer injecting(Router{}, {.on_error = [](int, const Request&) -> Response {
                                   return {.headers = {{"X-A", "a\r\nb"}}};
                               }});
    response = injecting.client().get("/nowhere");
    CHECK(response.status == 500);
    CHECK(response.body == "Error 500\n");
}

TEST_CASE(
    "header injection: what a handler puts into a header or a cookie never reaches the wire raw"
) {
    Router router;
    router.add({.pattern = "/header", .handler = [](const Request& request) -> Outcome {
                    return http::see_other(request.query.get("to"));
                }});
    router.add(
        {.pattern = "/cookie",
         .handler = [](const Request& request) -> Outcome {
             return Response{
                 .cookies = {{.name = "__Host-a", .value = std::string(request.query.get("to"))}}
             };
         }}
    );
    const TestServer server(std::move(router));
    auto client = server.client();
    CHECK(client.get("/header?to=/fine").header("location") == "/fine");
    CHECK(client.get("/cookie?to=fine").header("set-cookie").starts_with("__Host-a=fine; "));
    for (const auto* path : {"/header", "/cookie"}) {
        const auto response = client.get(std::string(path) + "?to=/x%0D%0ASet-Cookie:%20evil=1");
        CHECK(response.status == 500);
        CHECK(response.head.find("evil") == std::string::npos);
    }
}

TEST_CASE("a commit that is answered after its connection ended is dropped") {
    std::atomic<int> continued = 0;
    Router router;
    router.add({.pattern = "/save", .handler = [&](const Request&) {
                    return save_then([&](const store::CommitResult&) -> Outcome {
                        ++continued;
                        return text(200, "");
                    });
                }});
    auto server = std::make_unique<TestServer>(
        std::move(router),
        http::ServerOptions{.limits = {.drain_timeout = std::chrono::milliseconds(20)}}
    );
    const auto connection = ask(*server, "/save");
    auto [commit, done] = server->store.take();
    server->stop_and_wait();  // the drain time passes
    CHECK(connection->read_to_end().empty());
    server.reset();
    std::move(done)(store::Committed{});
    CHECK(continued == 0);
}

}  // namespace latchkey::test
