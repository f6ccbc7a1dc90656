// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "crypto/system_random.hpp"
#include "http/fake_store.hpp"
#include "http/server.hpp"
#include "support/fixed_clock.hpp"
#include "support/http_client.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::test {

/// 2026-03-04T05:06:07Z, a Wednesday.
inline constexpr TimePoint server_time{std::chrono::milliseconds(1'772'600'767'000)};

inline http::Response text(int status, std::string body) {
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

/// A real server on a free port of the loopback, with a clock that only the test moves: no deadline
/// comes by itself. Stops when it goes out of scope.
class TestServer {
public:
    explicit TestServer(http::Router router, http::ServerOptions options = {})
        : router_(std::move(router)) {
        if (options.listen.empty()) options.listen = "127.0.0.1:0";
        if (options.hosts.empty()) options.hosts = {"localhost:8080", "sign-in.example"};
        options.on_access = [this](const http::Access& access) {
            {
                const std::scoped_lock lock(mutex_);
                accesses_.push_back(access);
            }
            accessed_.notify_one();
        };
        auto created = http::Server::create(std::move(options), router_, store, clock, random_);
        REQUIRE_MESSAGE(created.has_value(), (created ? "" : created.error().what));
        server_ = std::move(*created);
        thread_ = std::thread([this] { server_->run(); });
    }

    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    TestServer(TestServer&&) = delete;
    TestServer& operator=(TestServer&&) = delete;

    ~TestServer() {
        if (thread_.joinable()) stop_and_wait();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    [[nodiscard]] HttpClient client() const { return HttpClient(port(), "localhost:8080"); }

    [[nodiscard]] RawConnection connect() const { return RawConnection(port()); }

    /// Sends `bytes` on a new connection and returns what comes until the server closes it.
    [[nodiscard]] std::string answer_to(std::string_view bytes) const {
        RawConnection connection(port());
        connection.send(bytes);
        connection.finish_sending();
        return connection.read_to_end();
    }

    /// The next line of the access log; waits for it.
    http::Access access() {
        std::unique_lock lock(mutex_);
        const bool came = accessed_.wait_for(lock, std::chrono::seconds(10), [this] {
            return !accesses_.empty();
        });
        REQUIRE_MESSAGE(came, "no line came to the access log");
        auto next = std::move(accesses_.front());
        accesses_.pop_front();
        return next;
    }

    http::Server& server() { return *server_; }

    void stop_and_wait() {
        server_->stop();
        thread_.join();
    }

    /// Waits for the end of a server that was stopped.
    void wait() { thread_.join(); }

    FakeStore store;
    FixedClock clock{server_time};

private:
    http::Router router_;
    crypto::SystemRandom random_;
    std::mutex mutex_;
    std::condition_variable accessed_;
    std::deque<http::Access> accesses_;
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
};

/// A route that answers every request with the text that `describe` makes of it.
template <class Describe>
http::Route text_route(http::Method method, const std::string& pattern, Describe describe) {
    return {
        .method = method,
        .pattern = std::move(pattern),
        .handler = [describe](const http::Request& request) -> http::Outcome {
            return http::Response{
                .content_type = "text/plain; charset=utf-8", .body = describe(request)
            };
        }
    };
}

/// `GET / HTTP/1.1` with our Host, then `lines`, each with its CRLF, then the empty line.
inline std::string get_with(std::string_view lines, std::string_view target = "/") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost:8080\r\n" +
           std::string(lines) + "\r\n";
}

}  // namespace latchkey::test
