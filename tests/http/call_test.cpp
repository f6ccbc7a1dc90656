// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/once.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/test_server.hpp"
#include "outbound/https_client.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/tls_client.hpp"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Calls to other providers: the outcome, and the client that carries it out over real TLS.
namespace latchkey::test {
namespace {

using http::Call;
using http::Method;
using http::Outcome;
using http::Request;
using http::Response;
using http::Router;
using outbound::HttpsReply;
using outbound::HttpsRequest;

/// A server with TLS on a port that its own name says, as a provider has.
struct TlsServer {
    explicit TlsServer(Router router)
        : port(std::to_string(free_port())),
          server(
              std::move(router),
              {.listen = "127.0.0.1:" + port, .tls = folder.files(), .hosts = {"localhost:" + port}}
          ) {}

    [[nodiscard]] HttpsRequest request(std::string_view path) const {
        HttpsRequest made;
        made.url = "https://localhost:" + port + std::string(path);
        made.reach = outbound::Reach::private_networks;
        made.ca_file = folder.file("certificate.pem");
        return made;
    }

    TlsFolder folder;
    std::string port;
    TestServer server;
};

HttpsReply send(outbound::HttpsClient& client, HttpsRequest request) {
    std::promise<HttpsReply> promise;
    auto coming = promise.get_future();
    client.send(std::move(request), [&promise](HttpsReply reply) {
        promise.set_value(std::move(reply));
    });
    return coming.get();
}

Router echo() {
    Router router;
    router.add({.method = Method::post, .pattern = "/", .handler = [](const Request& request) {
                    const std::string* proof = request.header("authorization");
                    Response response = text(201, request.body + "|" + (proof ? *proof : ""));
                    response.headers.emplace_back("Cache-Control", "max-age=7");
                    return Outcome(std::move(response));
                }});
    router.add({.pattern = "/away", .handler = [](const Request&) {
                    return Outcome(http::see_other("/there"));
                }});
    router.add({.pattern = "/there", .handler = [](const Request&) {
                    return Outcome(text(200, "there"));
                }});
    router.add({.pattern = "/long", .handler = [](const Request&) {
                    return Outcome(text(200, std::string(1'000, 'x')));
                }});
    return router;
}

/// Answers each call when the test says so.
class HeldCalls {
public:
    auto sender() {
        return [this](HttpsRequest request, Once<void(HttpsReply)> done) {
            const std::scoped_lock lock(mutex_);
            urls_.push_back(request.url);
            waiting_.push_back(std::move(done));
            arrived_.notify_one();
        };
    }

    void answer(HttpsReply reply) {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !waiting_.empty(); });
        auto done = std::move(waiting_.front());
        waiting_.erase(waiting_.begin());
        lock.unlock();
        std::move(done)(std::move(reply));
    }

    void wait() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !waiting_.empty(); });
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Once<void(HttpsReply)>> waiting_;
    std::vector<std::string> urls_;
};

Router calling() {
    Router router;
    router.add({.pattern = "/call", .handler = [](const Request&) -> Outcome {
                    const auto thread = std::this_thread::get_id();
                    HttpsRequest request;
                    request.url = "https://idp.example/";
                    return Call{
                        .request = std::move(request),
                        .then = [thread](const HttpsReply& reply) -> Outcome {
                            const bool is_same = std::this_thread::get_id() == thread;
                            return text(
                                is_same ? 200 : 500, std::to_string(reply.status) + reply.body
                            );
                        },
                    };
                }});
    router.add({.pattern = "/other", .handler = [](const Request&) -> Outcome {
                    return text(200, "other");
                }});
    return router;
}

TEST_CASE("a Call's continuation runs where its handler ran, and the thread waits for nothing") {
    HeldCalls calls;
    const TestServer server(calling(), {.call = calls.sender()});
    RawConnection connection(server.port());
    connection.send(get_with("", "/call"));
    calls.wait();
    CHECK(server.client().get("/other").body == "other");  // while the call is under way
    calls.answer({.status = 200, .body = "!"});
    CHECK(connection.read_response()->body == "200!");
}

TEST_CASE("a reply that comes after its connection, or its server, is dropped") {
    HeldCalls calls;
    {
        const TestServer server(calling(), {.call = calls.sender()});
        {
            const RawConnection connection(server.port());
            connection.send(get_with("", "/call"));
            calls.wait();
        }
        CHECK(server.client().get("/other").body == "other");
    }
    calls.answer({.status = 200, .body = "late"});
}

TEST_CASE("without a client a call gets no reply") {
    const TestServer server(calling());
    CHECK(server.client().get("/call").body == "0");
}

TEST_CASE("a form and a proof arrive over TLS, and what was answered comes back") {
    const TlsServer server(echo());
    outbound::HttpsClient client;
    HttpsRequest request = server.request("/");
    request.form = SecretText(std::string("a=b"));
    request.authorization = SecretText(std::string("Bearer t"));
    const HttpsReply reply = send(client, std::move(request));
    CHECK(reply.status == 201);
    CHECK(reply.body == "a=b|Bearer t");
    CHECK(reply.cache_control == "max-age=7");
    CHECK(reply.error.empty());
}

TEST_CASE("15.3.2: a redirect is an answer and is not followed") {
    const TlsServer server(echo());
    outbound::HttpsClient client;
    CHECK(send(client, server.request("/away")).status == 303);
    CHECK(send(client, server.request("/there")).body == "there");
}

TEST_CASE("a reply that is too long is none") {
    const TlsServer server(echo());
    outbound::HttpsClient client({.body_bytes = 999});
    const HttpsReply reply = send(client, server.request("/long"));
    CHECK(reply.status == 0);
    CHECK(reply.body.empty());
    CHECK_FALSE(reply.error.empty());
}

TEST_CASE("12.3.2: another authority, another name and plain HTTP get no reply") {
    const TlsServer server(echo());
    const TlsFolder other;
    outbound::HttpsClient client;
    HttpsRequest request = server.request("/there");
    request.ca_file = other.file("certificate.pem");
    CHECK(send(client, std::move(request)).status == 0);
    request = server.request("/there");
    request.ca_file.clear();
    CHECK(send(client, std::move(request)).status == 0);
    request = server.request("/there");
    request.url = "https://127.0.0.1:" + server.port + "/there";
    CHECK(send(client, std::move(request)).status == 0);
    request = server.request("/there");
    request.url = "http://localhost:" + server.port + "/there";
    CHECK(send(client, std::move(request)).status == 0);
}

TEST_CASE("T36: a name that leads to this machine is out of reach of the internet") {
    const TlsServer server(echo());
    outbound::HttpsClient client;
    HttpsRequest request = server.request("/there");
    request.reach = outbound::Reach::internet;
    CHECK(send(client, std::move(request)).status == 0);
}

TEST_CASE("who says nothing is given up at the deadline") {
    const SilentListener silent;
    outbound::HttpsClient client;
    HttpsRequest request;
    request.url = "https://localhost:" + std::to_string(silent.port()) + "/";
    request.reach = outbound::Reach::private_networks;
    request.deadline = std::chrono::milliseconds(50);
    const HttpsReply reply = send(client, std::move(request));
    CHECK(reply.status == 0);
    CHECK_FALSE(reply.error.empty());
}

TEST_CASE("one call too many is answered at once, and the end answers those under way") {
    const SilentListener silent;
    HttpsRequest request;
    request.url = "https://localhost:" + std::to_string(silent.port()) + "/";
    request.reach = outbound::Reach::private_networks;
    request.deadline = std::chrono::seconds(30);
    std::promise<HttpsReply> promise;
    auto coming = promise.get_future();
    {
        outbound::HttpsClient client({.calls = 1});
        HttpsRequest second;
        second.url = request.url;
        client.send(std::move(request), [&promise](HttpsReply reply) {
            promise.set_value(std::move(reply));
        });
        CHECK(send(client, std::move(second)).error == "too many calls");
    }
    CHECK(coming.get().error == "stopping");
}

}  // namespace
}  // namespace latchkey::test
