// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace latchkey::pages {

/// Counts failed passkey sign-ins for each network in a rolling window, in memory: nothing is
/// written for strangers, and passkeys cannot be guessed, so a restart may forget it.
/// Thread-safe; holds at most `networks_at_most` networks, the longest quiet one goes first.
class FailureMeter {
public:
    static constexpr std::size_t networks_at_most = 10'000;

    FailureMeter(accounts::Limit limit, const Clock& clock);

    /// How long the network has to wait; nullopt: it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> wait(const std::string& network);

    void count(const std::string& network);

private:
    using Times = std::deque<SteadyPoint>;

    void drop_quietest();
    static void forget_before(Times& times, SteadyPoint start);

    accounts::Limit limit_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Times> failures_;  // guarded by mutex_
};

}  // namespace latchkey::pages
