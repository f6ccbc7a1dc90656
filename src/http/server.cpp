// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/server.hpp"

#include "base/encoding.hpp"
#include "http/address.hpp"
#include "http/head_writer.hpp"
#include "http/listener.hpp"
#include "http/loop.hpp"
#include "http/router.hpp"
#include "http/stream.hpp"
#include "http/tls_files.hpp"
#include "http/worker.hpp"
#include "latchkey/result.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::http {

namespace {

/// Signals belong to the thread that called run(): those of the process because a handler's thread
/// is no place for them, SIGPIPE because OpenSSL writes to sockets whose peer may be gone.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Server::State {
    State(ServerOptions options, std::unique_ptr<CurrentTls> tls, const Dependencies& needed)
        : service(std::move(options), std::move(tls), needed) {}

    Service service;
    std::vector<std::unique_ptr<Worker>> workers;
    std::unique_ptr<Listener> listener;  // on the first worker's loop
    std::size_t next_worker = 0;
    Worker* chosen = nullptr;  // for the connection that is accepted next

    Loop& choose() {
        chosen = workers[next_worker].get();
        next_worker = (next_worker + 1) % workers.size();
        return chosen->loop();
    }

    void accept(Stream stream, const Address& peer) {
        const bool is_proxy =
            std::ranges::any_of(service.policy.trusted_proxies, [&](const AddressRange& range) {
                return range.contains(peer);
            });
        auto ticket =
            service.gate.enter(peer, is_proxy ? Gate::Peer::trusted_proxy : Gate::Peer::client);
        if (!ticket) return turn_away(std::move(stream), peer, ticket.error());
        if (chosen == workers.front().get()) {
            return chosen->serve(std::move(stream), peer, std::move(*ticket));
        }
        chosen->loop().post(
            [worker = chosen, stream = std::move(stream), peer, ticket = std::move(*ticket)](
            ) mutable { worker->serve(std::move(stream), peer, std::move(ticket)); }
        );
    }

    /// Answers without having read anything, as far as the socket takes it at once.
    void turn_away(Stream stream, const Address& peer, Gate::Full full) const {
        const bool is_network = full == Gate::Full::network;
        const Access access{
            .status = is_network ? 429 : 503,
            .network = peer.network(),
            .note = is_network ? "too many connections of this network" : "too many connections"
        };
        if (service.options.on_access != nullptr) service.options.on_access(access);
        if (service.tls) return;  // a handshake is what cannot be afforded now
        const auto id = service.random.bytes<16>();
        const auto head = service.head_writer.write(
            {.status = access.status, .headers = {{"Retry-After", "5"}}},
            {.request_id = base64url_encode(id),
             .date = http_date(service.clock.now()),
             .persistence = Persistence::close}
        );
        LATCHKEY_ASSERT(head.has_value());
        (void)stream.write(*head, {});  // a new socket has room; nothing is owed if it has not
        stream.close_write();
    }

    /// The loop of one worker. Exceptions end in the connection's own boundary; what escapes from
    /// around it (memory ran out while a socket was set up) costs that connection, not the process.
    void run(Worker& worker) const {
        block_signals();
        while (true) {
            try {
                return worker.loop().run();
            } catch (const std::exception& error) {
                if (service.options.on_access == nullptr) continue;
                service.options.on_access({.note = std::string("event loop: ") + error.what()});
            }
        }
    }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>, ServerError> Server::create(
    ServerOptions options,
    const Router& router,
    store::Store& store,
    const Clock& clock,
    Random& random
) {
    std::unique_ptr<CurrentTls> tls;
    if (options.tls) {
        auto loaded = CurrentTls::load(*options.tls);
        if (!loaded) return Fail{ServerError{loaded.error()}};
        tls = std::move(*loaded);
    }
    auto state = std::make_unique<State>(
        std::move(options),
        std::move(tls),
        Dependencies{.router = router, .store = store, .clock = clock, .random = random}
    );
    const auto threads = std::max(1U, state->service.options.threads);
    for (unsigned i = 0; i < threads; ++i) {
        state->workers.push_back(std::make_unique<Worker>(state->service));
    }
    auto listener = Listener::open(state->workers.front()->loop(), state->service.options.listen);
    if (!listener) return Fail{ServerError{listener.error()}};
    state->listener = std::move(*listener);
    return std::make_unique<Server>(std::move(state));
}

std::uint16_t Server::port() const {
    return state_->listener->port();
}

void Server::run() {
    auto& state = *state_;
    state.workers.front()->loop().post([&state] {
        state.listener->start(
            [&state]() -> Loop& { return state.choose(); },
            [&state](Stream stream, const Address& peer) { state.accept(std::move(stream), peer); }
        );
    });
    std::vector<std::thread> threads;
    threads.reserve(state.workers.size());
    for (const auto& worker : state.workers) {
        threads.emplace_back([&state, &worker = *worker] { state.run(worker); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& worker : state.workers) {
        worker->close_all();
    }
}

void Server::stop() {
    auto& state = *state_;
    state.workers.front()->loop().post([&state] {
        state.listener->stop();
        for (const auto& worker : state.workers) {
            worker->loop().post([&worker = *worker] { worker.drain(); });
        }
    });
}

Result<TlsReloaded, ServerError> Server::reload_tls(TlsReload when) {
    const auto& tls = state_->service.tls;
    if (tls == nullptr) return TlsReloaded::no;
    auto reloaded = tls->reload(when);
    if (!reloaded) return Fail{ServerError{std::move(reloaded).error()}};
    return *reloaded;
}

}  // namespace latchkey::http
