// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/gate.hpp"

#include "http/address.hpp"
#include "latchkey/result.hpp"

#include <mutex>
#include <utility>

namespace latchkey::http {

Result<Gate::Ticket, Gate::Full> Gate::enter(const Address& address, Peer peer) {
    auto network = peer == Peer::client ? address.network() : std::string{};
    const std::lock_guard lock(mutex_);
    if (open_ >= limits_.connections) return Fail{Full::all};
    const auto found = networks_.find(network);
    const auto open_here = found == networks_.end() ? 0 : found->second;
    if (open_here >= limits_.connections_per_network) return Fail{Full::network};
    if (!network.empty()) ++networks_[network];
    ++open_;
    return Ticket(*this, std::move(network));
}

void Gate::leave(const std::string& network) {
    const std::lock_guard lock(mutex_);
    --open_;
    const auto found = networks_.find(network);
    if (found != networks_.end() && --found->second == 0) networks_.erase(found);
}

}  // namespace latchkey::http
