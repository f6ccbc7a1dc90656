// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/once.hpp"
#include "base/random.hpp"
#include "http/address.hpp"
#include "http/router.hpp"
#include "http/tls_files.hpp"
#include "latchkey/result.hpp"
#include "outbound/https_client.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    std::chrono::milliseconds head_timeout{10'000};  // from the first byte to the end of the head
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds drain_timeout{20'000};  // a stop waits so long for what is in flight
};

struct ServerOptions {
    std::string listen;  // "127.0.0.1:8080", "[::1]:8080", ":0" picks a port
    std::optional<TlsFiles> tls;
    std::vector<std::string> hosts;  // accepted Host values, "localhost:8080"; others get 421
    std::vector<std::pair<std::string, std::string>> redirect_hosts;  // Host -> origin (303, GET)
    std::vector<AddressRange> trusted_proxies;
    bool hsts = false;
    unsigned threads = 1;
    ServerLimits limits;
    /// Called on the server's threads, several at once if there are more; must not throw.
    std::function<void(const Access&)> on_access;
    /// Carries out the calls of handlers; answers once, on any thread. Without it no call is
    /// answered but as one that got no reply.
    std::function<void(outbound::HttpsRequest, Once<void(outbound::HttpsReply)>)> call;
    /// Sees each commit of a handler before it is made, and gives what is to be told its result.
    std::function<Once<void(const store::CommitResult&)>(const store::Commit&)> watch_commit;
    /// Renders an error that no handler saw (404, 405, 413, 421, 431, 500, 503 ...). The request
    /// may be incomplete. Without it, or if it fails itself, the answer is a line of plain text.
    std::function<Response(int, const Request&)> on_error;
};

struct ServerError {
    std::string what;  // in words, with the mend
};

/// The HTTP/1.1 server. Handlers run on its threads; a Save is given to the store, a Call
/// to options.call; the continuation runs on the thread where the handler ran.
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

    /// Serves, on threads of its own that take no signals, until stop() was called and every
    /// request in flight is answered (or drain_timeout passed). Once.
    void run();

    /// Thread-safe, and safe to call twice or before run(): closes the listening socket, finishes
    /// what is in flight.
    void stop();

    /// Reads the TLS files again (CurrentTls::reload); without TLS there is nothing to do.
    /// Thread-safe.
    Result<TlsReloaded, ServerError> reload_tls(TlsReload when);

    struct State;

    /// For create() only: nobody else has a State.
    explicit Server(std::unique_ptr<State> state);

private:
    std::unique_ptr<State> state_;
};

}  // namespace latchkey::http
