// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::app {

/// Something that is done again and again, on one thread with the other jobs.
struct Job {
    std::string name;
    std::chrono::seconds every;
    std::function<void()> run;  // throws nothing but store::ReadFailed
};

/// When which job is due. One thread at a time.
class Schedule {
public:
    /// Every job is due at once.
    Schedule(std::vector<Job> jobs, std::function<void(const Job&, int code)> on_failure);

    /// Runs what is due; returns how long nothing will be. A job that failed is told to
    /// `on_failure` with the store's code, and comes back at its next time.
    std::chrono::milliseconds run_due(SteadyPoint now);

private:
    struct Entry {
        Job job;
        SteadyPoint due{};
    };

    std::vector<Entry> entries_;
    std::function<void(const Job&, int code)> on_failure_;
};

/// Runs a schedule on a thread of its own until it goes out of scope.
class JobThread {
public:
    /// Both outlive this.
    JobThread(Schedule& schedule, const Clock& clock);

private:
    void run(const std::stop_token& stop);

    Schedule& schedule_;
    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::jthread thread_;  // last: it stops before what it uses goes
};

}  // namespace latchkey::app
