// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "crypto/system_random.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/test_server.hpp"
#include "store/commit.hpp"
#include "support/fixed_clock.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
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

Router saving_router() {
    Router router;
    router.add(
        {.method = Method::post,
         .pattern = "/save",
         .handler = [](const Request& request) -> Outcome {
             return Save{
                 .commit = {.changes = {accounts::MarkRecovered{}}},
                 .then = [&request](const store::CommitResult&) -> Outcome {
                     return Response{
                         .content_type = "text/plain; charset=utf-8", .body = request.body
                     };
                 }
             };
         }}
    );
    router.add(text_route(Method::get, "/", [](const Request&) { return std::string("home"); }));
    return router;
}

constexpr std::string_view save_request =
    "POST /save HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 4\r\n\r\nsave";

}  // namespace

TEST_CASE("a stop answers what is in flight, closes what is idle and takes nothing new") {
    TestServer server(saving_router());
    RawConnection idle(server.port());
    idle.send(get_with(""));
    CHECK(idle.read_response()->status == 200);
    RawConnection silent(server.port());
    RawConnection saving(server.port());
    saving.send(save_request);
    auto [commit, done] = server.store.take();
    RawConnection half(server.port());
    half.send(save_request.substr(0, save_request.size() - 1));
    CHECK(server.client().get("/").status == 200);  // all of that has arrived

    server.server().stop();
    CHECK(idle.read_to_end().empty());
    CHECK(silent.read_to_end().empty());
    CHECK_THROWS(RawConnection(server.port())
    );  // waits for nothing: idle's end came after the listener's

    std::move(done)(store::Committed{});
    const auto response = saving.read_response();
    CHECK(response->body == "save");
    CHECK(response->header("connection") == "close");

    half.send("e");
    server.store.answer(store::Committed{});
    CHECK(half.read_response()->body == "save");
    server.wait();
}

TEST_CASE("a stop ends after its drain time, whatever is in flight") {
    TestServer server(
        saving_router(), {.limits = {.drain_timeout = std::chrono::milliseconds(20)}}
    );
    RawConnection saving(server.port());
    saving.send(save_request);
    auto [commit, done] = server.store.take();
    server.stop_and_wait();
    CHECK(saving.read_to_end().empty());
    std::move(done)(store::Committed{});  // too late, and harmless
}

TEST_CASE("a server may be stopped twice, and before it runs") {
    TestServer server(saving_router());
    server.server().stop();
    server.server().stop();
    server.wait();

    FakeStore store;
    const FixedClock clock(server_time);
    crypto::SystemRandom random;
    const Router router;
    auto never = http::Server::create({.listen = "127.0.0.1:0"}, router, store, clock, random);
    REQUIRE(never.has_value());
    (*never)->stop();
    (*never)->run();
}

TEST_CASE("a server that never ran goes away quietly") {
    FakeStore store;
    const FixedClock clock(server_time);
    crypto::SystemRandom random;
    const Router router;
    CHECK(http::Server::create({.listen = "127.0.0.1:0"}, router, store, clock, random).has_value()
    );
}

TEST_CASE("several threads serve many clients, and a stop loses no answer") {
    TestServer server(saving_router(), {.threads = 3});
    server.store.answers_at_once = store::Committed{};
    std::atomic<int> answered = 0;
    std::atomic<int> lost = 0;
    std::atomic<bool> is_stopping = false;
    std::vector<std::thread> clients;
    // Answered or never begun: a connection that ends within an answer throws.
    const auto use = [&](RawConnection& connection) {
        for (int n = 0; n < 20 && connection.send(save_request); ++n) {
            const auto response = connection.read_response();
            if (!response) return;
            response->body == "save" ? ++answered : ++lost;
            if (response->header("connection") == "close") return;
        }
    };
    const auto run_client = [&] {
        while (!is_stopping) {
            RawConnection connection(server.port());
            use(connection);
            if (answered > 2'000 && !is_stopping.exchange(true)) server.server().stop();
        }
    };
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back(run_client);
    }
    for (auto& client : clients) {
        client.join();
    }
    server.wait();
    CHECK(answered > 2'000);
    CHECK(lost == 0);
}

TEST_CASE("a mistake in the listening address shows at start, in words") {
    FakeStore store;
    const FixedClock clock(server_time);
    crypto::SystemRandom random;
    const Router router;
    const auto error_of = [&](const std::string& listen) {
        const auto created = http::Server::create({.listen = listen}, router, store, clock, random);
        return created ? std::string() : created.error().what;
    };
    for (const auto* listen :
         {"8080",
          "localhost",
          "127.0.0.1:http",
          "127.0.0.1:65536",
          "127.0.0.1:",
          "::1:8080",
          "[127.0.0.1]:80",
          "[::1:80",
          "example.com:80",
          ""}) {
        CAPTURE(listen);
        CHECK(error_of(listen).find("write it as \"127.0.0.1:8080\"") != std::string::npos);
    }
    CHECK(error_of("127.0.0.1:0").empty());
    CHECK(error_of(":0").empty());
    CHECK(error_of("localhost:0").empty());

    const TestServer server(saving_router());
    const auto taken = error_of("127.0.0.1:" + std::to_string(server.port()));
    CHECK(taken.find("stop the program that uses the port") != std::string::npos);
    CHECK(error_of("192.0.2.1:8080").find("cannot listen on 192.0.2.1:8080: ") == 0);
}

}  // namespace latchkey::test
