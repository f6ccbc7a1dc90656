// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"
#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/head_writer.hpp"
#include "http/limits.hpp"
#include "http/loop.hpp"
#include "http/policy.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/tls_files.hpp"

#include <array>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::http {

class Connection;

/// What a server is given to work with. All of it outlives the server.
struct Dependencies {
    const Router& router;
    store::Store& store;
    const Clock& clock;
    Random& random;
};

/// What all connections of a server share. Does not change while it serves, but for the gate and
/// what the TLS files hold.
struct Service {
    Service(ServerOptions given, std::unique_ptr<CurrentTls> secured, const Dependencies& needed);

    ServerOptions options;
    PolicyOptions policy;
    HeadWriter head_writer;
    const Router& router;
    store::Store& store;
    const Clock& clock;
    Random& random;
    std::unique_ptr<CurrentTls> tls;  // null: plain HTTP
    Gate gate;
};

/// The connections of one thread. All but the constructor, loop(), close_all() and the destructor
/// are called on that thread.
class Worker {
public:
    /// A connection is a member of the list of its worker until it ends.
    using Connections = std::list<std::shared_ptr<Connection>>;

    explicit Worker(Service& service);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    Worker(Worker&&) = delete;
    Worker& operator=(Worker&&) = delete;
    ~Worker();

    [[nodiscard]] Loop& loop() { return loop_; }

    [[nodiscard]] Service& service() { return service_; }

    /// Takes over a connection.
    void serve(Stream stream, const Address& peer, Gate::Ticket ticket);

    /// Closes idle connections, lets the others finish, and then ends the loop.
    void drain();

    /// Closes what is left. Called when the loop has ended.
    void close_all();

    [[nodiscard]] bool is_draining() const { return is_draining_; }

    /// Called by a connection that ended.
    void remove(Connections::iterator connection);

    /// Memory for one request, from those that earlier requests left behind.
    std::unique_ptr<Exchange> take_exchange();
    void give_back(std::unique_ptr<Exchange> exchange);

    /// Where bytes from a socket land before they are kept. Good until the next read.
    std::span<char> scratch() { return scratch_; }

    /// The Date header of this second.
    std::string_view date();

private:
    Service& service_;
    Loop loop_;
    Connections connections_;
    std::vector<std::unique_ptr<Exchange>> spare_;
    std::vector<char> scratch_;
    TimePoint date_time_{};
    std::string date_;
    bool is_draining_ = false;
    bool is_sweeping_ = false;

    void sweep_later();
    void sweep();
};

}  // namespace latchkey::http
