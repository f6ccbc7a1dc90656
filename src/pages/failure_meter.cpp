// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/failure_meter.hpp"

#include <algorithm>

namespace latchkey::pages {

FailureMeter::FailureMeter(accounts::Limit limit, const Clock& clock)
    : limit_(limit), clock_(clock) {}

std::optional<std::chrono::seconds> FailureMeter::wait(const std::string& network) {
    const SteadyPoint now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    const auto found = failures_.find(network);
    if (found == failures_.end()) return std::nullopt;
    forget_before(found->second, now - limit_.window);
    if (found->second.size() < limit_.count) return std::nullopt;
    const auto left = found->second.front() + limit_.window - now;
    return std::chrono::ceil<std::chrono::seconds>(left);
}

void FailureMeter::count(const std::string& network) {
    const SteadyPoint now = clock_.steady_now();
    const std::scoped_lock lock(mutex_);
    if (failures_.size() >= networks_at_most && !failures_.contains(network)) drop_quietest();
    Times& times = failures_[network];
    forget_before(times, now - limit_.window);
    if (times.size() < limit_.count) times.push_back(now);
}

void FailureMeter::drop_quietest() {
    const auto latest = [](const Times& times) {
        return times.empty() ? SteadyPoint::min() : times.back();
    };
    const auto quietest = std::min_element(
        failures_.begin(),
        failures_.end(),
        [latest](const auto& a, const auto& b) { return latest(a.second) < latest(b.second); }
    );
    failures_.erase(quietest);
}

void FailureMeter::forget_before(Times& times, SteadyPoint start) {
    while (!times.empty() && times.front() <= start)
        times.pop_front();
}

}  // namespace latchkey::pages
