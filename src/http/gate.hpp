// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace latchkey::http {

/// Counts open connections, in all and per network. Thread-safe.
class Gate {
public:
    struct Limits {
        std::size_t connections = 0;
        std::size_t connections_per_network = 0;
    };

    explicit Gate(Limits limits) : limits_(limits) {}

    /// One open connection: counted as long as this lives. The gate outlives it.
    class Ticket {
    public:
        Ticket(Gate& gate, std::string network) : gate_(&gate), network_(std::move(network)) {}

        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;

        Ticket(Ticket&& other) noexcept
            : gate_(std::exchange(other.gate_, nullptr)), network_(std::move(other.network_)) {}

        Ticket& operator=(Ticket&&) = delete;

        ~Ticket() {
            if (gate_ != nullptr) gate_->leave(network_);
        }

    private:
        Gate* gate_;
        std::string network_;  // empty: not counted per network
    };

    enum class Full : std::uint8_t { all, network };
    enum class Peer : std::uint8_t { client, trusted_proxy };  // a proxy stands for many networks

    Result<Ticket, Full> enter(const Address& address, Peer peer);

private:
    Limits limits_;
    std::mutex mutex_;
    std::size_t open_ = 0;
    std::map<std::string, std::size_t, std::less<>> networks_;

    void leave(const std::string& network);
};

}  // namespace latchkey::http
