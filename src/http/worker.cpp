// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/worker.hpp"

#include "http/address.hpp"
#include "http/connection.hpp"
#include "http/exchange.hpp"
#include "http/head_writer.hpp"
#include "http/limits.hpp"
#include "http/policy.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/text.hpp"
#include "http/tls_files.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace latchkey::http {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t spare_exchanges = 32;
constexpr std::size_t spare_input_bytes = 16'384;  // more is not kept for the next request

/// Deadlines are looked at every eighth of the shortest one, at most once a second.
milliseconds sweep_period(const ServerLimits& limits) {
    const milliseconds shortest = std::min(
        {limits.head_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout}
    );
    return std::clamp(shortest / 8, milliseconds(5), milliseconds(1'000));
}

PolicyOptions policy_of(const ServerOptions& options) {
    PolicyOptions policy{
        .hosts = options.hosts,
        .redirect_hosts = options.redirect_hosts,
        .trusted_proxies = options.trusted_proxies
    };
    for (auto& host : policy.hosts) {
        host = to_lower(host);
    }
    for (auto& [host, origin] : policy.redirect_hosts) {
        host = to_lower(host);
    }
    return policy;
}

}  // namespace

Service::Service(
    ServerOptions given, std::unique_ptr<CurrentTls> secured, const Dependencies& needed
)
    : options(std::move(given)),
      policy(policy_of(options)),
      head_writer({.hsts = options.hsts}),
      router(needed.router),
      store(needed.store),
      clock(needed.clock),
      random(needed.random),
      tls(std::move(secured)),
      gate(
          {.connections = options.limits.connections,
           .connections_per_network = options.limits.connections_per_network}
      ) {}

Worker::Worker(Service& service) : service_(service), scratch_(limits::read_bytes) {}

Worker::~Worker() {
    close_all();
}

void Worker::close_all() {
    for (const auto& connection : connections_) {
        connection->abandon();
    }
    connections_.clear();
}

void Worker::serve(Stream stream, const Address& peer, Gate::Ticket ticket) {
    const auto connection =
        std::make_shared<Connection>(*this, std::move(stream), peer, std::move(ticket));
    connections_.push_front(connection);
    connection->start(connections_.begin());
    sweep_later();
}

void Worker::drain() {
    if (is_draining_) return;
    is_draining_ = true;
    loop_.after(service_.options.limits.drain_timeout, [this] { loop_.stop(); });
    // A connection may end, and so leave the list, while it is told.
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = *next++;
        connection->drain();
    }
    if (connections_.empty()) loop_.stop();
}

void Worker::remove(Connections::iterator connection) {
    connections_.erase(connection);
    if (is_draining_ && connections_.empty()) loop_.stop();
}

std::unique_ptr<Exchange> Worker::take_exchange() {
    if (spare_.empty()) return std::make_unique<Exchange>(service_.options.limits.head_bytes);
    auto exchange = std::move(spare_.back());
    spare_.pop_back();
    return exchange;
}

void Worker::give_back(std::unique_ptr<Exchange> exchange) {
    if (spare_.size() == spare_exchanges) return;
    if (exchange->input.capacity() > spare_input_bytes) return;
    exchange->reset();
    exchange->input.clear();
    spare_.push_back(std::move(exchange));
}

std::string_view Worker::date() {
    const auto now = std::chrono::floor<std::chrono::seconds>(service_.clock.now());
    if (now != date_time_ || date_.empty()) {
        date_time_ = now;
        date_ = http_date(now);
    }
    return date_;
}

void Worker::sweep_later() {
    if (is_sweeping_) return;
    is_sweeping_ = true;
    loop_.after(sweep_period(service_.options.limits), [this] {
        is_sweeping_ = false;
        sweep();
        if (!connections_.empty()) sweep_later();
    });
}

void Worker::sweep() {
    const auto now = service_.clock.steady_now();
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = *next++;
        connection->check_deadline(now);
    }
}

}  // namespace latchkey::http
