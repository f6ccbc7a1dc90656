// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/listener.hpp"

#include "http/address.hpp"
#include "http/loop.hpp"
#include "http/stream.hpp"
#include "http/stream_socket.hpp"
#include "latchkey/result.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

namespace latchkey::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr std::chrono::milliseconds retry_delay{100};

Address address_of(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    const auto v6 = address.is_v4()
                        ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4())
                        : address.to_v6();
    return Address{v6.to_bytes()};
}

/// "host:port" in one of the forms of Listener::open().
std::optional<tcp::endpoint> parse_endpoint(std::string_view listen) {
    const auto colon = listen.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto digits = listen.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), port);
    if (error != std::errc{} || end != digits.end()) return std::nullopt;

    auto host = listen.substr(0, colon);
    if (host.empty()) return tcp::endpoint(asio::ip::address_v6::any(), port);
    if (host == "localhost") return tcp::endpoint(asio::ip::address_v4::loopback(), port);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    const auto parsed = Address::parse(host);
    if (!parsed || is_bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
    return tcp::endpoint(asio::ip::make_address(parsed->text()), port);
}

/// Opens, binds and listens; the first failure, or success.
boost::system::error_code listen_on(Acceptor& acceptor, const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
    const bool is_any_v6 = endpoint.address() == asio::ip::address_v6::any();
    if (!error && is_any_v6) acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
    if (!error) acceptor.non_blocking(true, error);
    return error;
}

}  // namespace

struct Listener::State {
    explicit State(Loop& serving) : loop(serving), acceptor(serving.context()) {}

    Loop& loop;
    Acceptor acceptor;
    std::uint16_t port = 0;  // kept here: other threads ask, also after the stop
    Choose choose;
    Accept accept;

    void hand_out(TcpSocket socket, const tcp::endpoint& peer) const {
        boost::system::error_code error;
        socket.non_blocking(true, error);
        // Small answers leave at once: each is written whole, so Nagle's algorithm only delays.
        if (!error) socket.set_option(tcp::no_delay(true), error);
        if (error) return;  // the peer is gone already
        accept(Stream(std::make_unique<Stream::Socket>(std::move(socket))), address_of(peer));
    }
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() = default;

Result<std::unique_ptr<Listener>, std::string> Listener::open(Loop& loop, std::string_view listen) {
    const auto endpoint = parse_endpoint(listen);
    if (!endpoint) {
        return Fail{
            "cannot read the address to listen on, \"" + std::string(listen) +
            R"(": write it as "127.0.0.1:8080", "[::1]:8080" or ":8080")"
        };
    }
    auto state = std::make_unique<State>(loop);
    auto error = listen_on(state->acceptor, *endpoint);
    if (error == asio::error::address_family_not_supported && listen.starts_with(':')) {
        // A machine without IPv6.
        error = listen_on(state->acceptor, tcp::endpoint(tcp::v4(), endpoint->port()));
    }
    if (error) {
        std::string what = "cannot listen on " + std::string(listen) + ": " + error.message();
        if (error == asio::error::address_in_use) {
            what += "; stop the program that uses the port, or choose another port";
        } else if (error == asio::error::access_denied) {
            what += "; ports below 1024 need the capability CAP_NET_BIND_SERVICE";
        }
        return Fail{std::move(what)};
    }
    state->port = state->acceptor.local_endpoint().port();
    return std::make_unique<Listener>(std::move(state));
}

std::uint16_t Listener::port() const {
    return state_->port;
}

void Listener::start(Choose choose, Accept accept) {
    state_->choose = std::move(choose);
    state_->accept = std::move(accept);
    accept_next();
}

void Listener::accept_next() {
    if (!state_->acceptor.is_open()) return;
    auto& chosen = state_->choose();
    auto peer = std::make_unique<tcp::endpoint>();
    auto& endpoint = *peer;
    state_->acceptor.async_accept(
        chosen.context(),
        endpoint,
        [this, peer = std::move(peer)](auto error, TcpSocket socket) {
            if (!state_->acceptor.is_open()) return;
            if (error) {
                // Out of descriptors or memory: the connection stays in the kernel's queue, and at
                // once again would be a busy loop. (Peers that gave up are no error here.)
                state_->loop.after(retry_delay, [this] { accept_next(); });
                return;
            }
            state_->hand_out(std::move(socket), *peer);
            accept_next();
        }
    );
}

void Listener::stop() {
    if (!state_->acceptor.is_open()) return;
    boost::system::error_code error;
    while (!error && state_->accept) {
        auto& chosen = state_->choose();
        tcp::endpoint peer;
        TcpSocket socket(chosen.context());
        state_->acceptor.accept(socket, peer, error);
        if (!error) state_->hand_out(std::move(socket), peer);
    }
    state_->acceptor.close(error);
}

}  // namespace latchkey::http
