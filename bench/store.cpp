// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/store.hpp"

#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/system_clock.hpp"
#include "bench/cpu_time.hpp"
#include "bench/people.hpp"
#include "latchkey/result.hpp"
#include "store/commit.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <ratio>
#include <utility>
#include <variant>
#include <vector>

/// What a durable passkey sign-in costs in the store, at 1,000 and at 1,000,000 accounts.
namespace latchkey::bench {

namespace {

constexpr std::size_t commits = 60'000;
constexpr double aim_ms = 35;  // design.md section 8

const app::SystemClock clock_of_system;

/// Hands in commits and keeps at most `window` of them unanswered.
class Pipeline {
public:
    Pipeline(store::Store& store, std::size_t window) : store_(store), window_(window) {}

    void commit(std::vector<store::Change> changes) {
        {
            std::unique_lock lock(mutex_);
            answered_.wait(lock, [this] { return in_flight_ < window_; });
            ++in_flight_;
        }
        const auto began = clock_of_system.steady_now();
        store_.commit({.changes = std::move(changes)}, [this, began](const auto& result) {
            const std::chrono::duration<double, std::milli> took =
                clock_of_system.steady_now() - began;
            const std::lock_guard lock(mutex_);
            LATCHKEY_ASSERT(std::holds_alternative<store::Committed>(result));
            milliseconds_.push_back(took.count());
            --in_flight_;
            answered_.notify_one();
        });
    }

    /// Waits for all answers. How long each took, shortest first.
    std::vector<double> finish() {
        std::unique_lock lock(mutex_);
        answered_.wait(lock, [this] { return in_flight_ == 0; });
        std::ranges::sort(milliseconds_);
        return std::exchange(milliseconds_, {});
    }

private:
    store::Store& store_;
    std::size_t window_;
    std::mutex mutex_;
    std::condition_variable answered_;
    std::size_t in_flight_ = 0;
    std::vector<double> milliseconds_;
};

class Database {
public:
    explicit Database(std::size_t people) : people_(people) {
        put_database(folder_, people);
        auto opened = store::SqliteStore::open(
            {.path = folder_.path() / "latchkey.db", .clock = &clock_of_system}
        );
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().what.c_str());
            std::exit(2);
        }
        store_ = *std::move(opened);
        const auto keys = app::load_key_file(config_in(folder_.path()).key_file);
        LATCHKEY_ASSERT(keys);
        store_->use_keys(*app::store_keys(*keys, store_->find_setting(app::audit_key_setting)));
    }

    store::Store& store() { return *store_; }

    /// Finds somebody's passkey, and gives the commit of a sign-in with it.
    std::vector<store::Change> sign_in() {
        const auto known = store_->find_passkey(credential_of(random_() % people_));
        LATCHKEY_ASSERT(known);
        const auto account = known->account.id;
        const auto passkey = known->passkey.id;
        const auto now = clock_of_system.now();
        return {
            accounts::UsePasskey{account, passkey, 0, 0, true, now, "Chromium on Linux"},
            accounts::RequireEpoch{account, 0},
            accounts::OpenSession{{
                .id = accounts::SessionId(store_->next_id()),
                .token_hash = {},
                .account = account,
                .account_epoch = 0,
                .assurance = accounts::Assurance::passkey,
                .created_at = now,
                .authenticated_at = now,
                .recovered_at = std::nullopt,
                .passkey = passkey,
                .browser = "Chromium on Linux",
                .expires_at = now + std::chrono::hours(24),
                .last_seen_at = now,
            }},
            accounts::AppendEvent{{
                .id = accounts::EventId(store_->next_id()),
                .at = now,
                .kind = accounts::EventKind::signed_in,
                .account = account,
                .network = "203.0.113.0/24",
                .browser = "Chromium on Linux",
                .detail = "",
            }},
        };
    }

private:
    Folder folder_;
    std::size_t people_;
    std::unique_ptr<store::Store> store_;
    std::mt19937_64 random_{42};
};

struct Figures {
    double cpu = 0;  // microseconds
    double per_second = 0;
    double median_ms = 0;
    double p99_ms = 0;
    double longest_ms = 0;
};

Figures measure(Database& database, std::size_t window, std::size_t count) {
    Pipeline pipeline(database.store(), window);
    const double began = cpu_microseconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto wall_began = clock_of_system.steady_now();
    for (std::size_t i = 0; i < count; ++i) {
        pipeline.commit(database.sign_in());
    }
    const auto times = pipeline.finish();
    const std::chrono::duration<double> wall = clock_of_system.steady_now() - wall_began;
    const double cpu = cpu_microseconds(CLOCK_PROCESS_CPUTIME_ID) - began;
    return {
        .cpu = cpu / static_cast<double>(count),
        .per_second = static_cast<double>(count) / wall.count(),
        .median_ms = times[times.size() / 2],
        .p99_ms = times[times.size() * 99 / 100],
        .longest_ms = times.back(),
    };
}

/// At 1, 16, 64 and 256 commits in flight; the figures of 64.
Figures measure_all(std::size_t people) {
    Database database(people);
    Figures of_64;
    for (const std::size_t window : {1U, 16U, 64U, 256U}) {
        const auto figures = measure(database, window, window == 1 ? commits / 10 : commits);
        std::printf(
            "%9zu accounts, %3zu in flight: %5.1f us of CPU; %6.0f/s; answered in %.2f ms, p99 "
            "%.2f, longest %.1f\n",
            people,
            window,
            figures.cpu,
            figures.per_second,
            figures.median_ms,
            figures.p99_ms,
            figures.longest_ms
        );
        std::fflush(stdout);
        if (window == 64) of_64 = figures;
    }
    return of_64;
}

int run() {
    const auto few = measure_all(1'000);
    const auto many = measure_all(1'000'000);
    const bool is_met = many.longest_ms <= aim_ms;
    std::printf(
        "%s: longest commit %.1f ms at 1,000,000 accounts (aim %.0f); what the store costs a "
        "sign-in: x %.2f of that at 1,000\n",
        is_met ? "met" : "MISSED",
        many.longest_ms,
        aim_ms,
        many.cpu / few.cpu
    );
    return is_met ? 0 : 1;
}

}  // namespace

}  // namespace latchkey::bench

int main() {
    return latchkey::bench::run();
}
