// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "http/address.hpp"
#include "http/router.hpp"
#include "latchkey/result.hpp"
#include "store/store.hpp"

namespace latchkey::http {

/// One line of the access log, given to `ServerOptions::on_access` after each response.
struct Access {
    std::string request_id;
    std::string method;
    std::string path;  // without its query
    int status = 0;
    std::chrono::microseconds took{};
    std::string network;
    std::string note;  // why a request was refused before a handler saw it; else empty
};

/// Limits of one server. The defaults are the documented ones.
struct ServerLimits {
    std::size_t head_bytes = 16'384;  // more: 431
    std::size_t connections = 10'000;
    std::size_t connections_per_network = 256;
    std::chrono::seconds head_timeout{10};  // from the first byte to the end of the head
    std::chrono::seconds body_timeout{30};
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds write_timeout{30};
    std::chrono::seconds drain_timeout{20};  // a stop waits this long for requests in flight
};

struct TlsFiles {
    std::string certificate;  // PEM, the chain
    std::string key;          // PEM, not readable by others
};

struct ServerOptions {
    std::string listen;  // "127.0.0.1:8080", "[::1]:8080", ":0" picks a port
    std::optional<TlsFiles> tls;
    std::vector<std::string> hosts;  // accepted Host values, "localhost:8080"; others get 421
    std::vector<std::pair<std::string, std::string>> redirect_hosts;  // Host -> origin it is sent to (303, GET only)
    std::vector<AddressRange> trusted_proxies;
    bool hsts = false;
    unsigned threads = 1;
    ServerLimits limits;
    std::function<void(const Access&)> on_access;
    /// Renders an error that no handler saw (404, 405, 413, 421, 431, 500, 503): status, request, reason.
    std::function<Response(int, const Request&)> on_error;
};

struct ServerError {
    std::string what;  // in words, with the mend
};

/// The HTTP/1.1 server. Handlers run on its threads; a Save is given to the store, and its
/// continuation runs on the thread where the handler ran.
class Server {
public:
    /// Opens the listening socket and reads the TLS files, so that a mistake shows at start-up.
    static Result<std::unique_ptr<Server>, ServerError> create(
        ServerOptions options,
        const Router& router,
        store::Store& store,
        const Clock& clock,
        Random& random
    );

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server();

    [[nodiscard]] std::uint16_t port() const;

    /// Serves until stop() was called and every request in flight is answered (or drain_timeout passed).
    void run();

    /// Thread-safe and safe to call twice: closes the listening socket, finishes what is in flight.
    void stop();

private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace latchkey::http
