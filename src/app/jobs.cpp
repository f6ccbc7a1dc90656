// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/jobs.hpp"

#include "base/clock.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace latchkey::app {

Schedule::Schedule(std::vector<Job> jobs, std::function<void(const Job&, int code)> on_failure)
    : on_failure_(std::move(on_failure)) {
    for (Job& job : jobs) {
        entries_.push_back({.job = std::move(job)});
    }
}

std::chrono::milliseconds Schedule::run_due(SteadyPoint now) {
    using std::chrono::milliseconds;
    milliseconds idle = milliseconds::max();
    for (Entry& entry : entries_) {
        if (now >= entry.due) {
            entry.due = now + entry.job.every;
            try {
                entry.job.run();
            } catch (const store::ReadFailed& failed) {
                on_failure_(entry.job, failed.code);
            }
        }
        idle = std::min(idle, std::chrono::ceil<milliseconds>(entry.due - now));
    }
    return idle;
}

JobThread::JobThread(Schedule& schedule, const Clock& clock)
    : schedule_(schedule),
      clock_(clock),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void JobThread::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto idle = schedule_.run_due(clock_.steady_now());
        std::unique_lock lock(mutex_);
        stopped_.wait_for(lock, stop, idle, [&] { return stop.stop_requested(); });
    }
}

}  // namespace latchkey::app
