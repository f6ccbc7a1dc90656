// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// What a durable passkey sign-in costs in the store, at 1,000 and at 1,000,000 accounts.
namespace latchkey::bench {

namespace {

/// Time that passes, from a day on that does not matter.
class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            TimePoint(std::chrono::seconds(1'800'000'000)) +
            (steady_now() - SteadyPoint()) % std::chrono::hours(24)
        );
    }

    [[nodiscard]] SteadyPoint steady_now() const override {
        return std::chrono::steady_clock::now();
    }
};

SystemClock clock_of_system;

double cpu_microseconds() {
    timespec spent{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = std::byte(random());
    return bytes;
}

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

struct Known {
    accounts::AccountId account;
    accounts::PasskeyId passkey;
    webauthn::CredentialId credential;
};

class Database {
public:
    Database(std::filesystem::path folder, std::size_t accounts) : folder_(std::move(folder)) {
        auto opened = store::SqliteStore::open(
            {.path = folder_ / "latchkey.db", .clock = &clock_of_system, .group_limit = 256}
        );
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().what.c_str());
            std::exit(2);
        }
        store_ = *std::move(opened);
        fill(accounts);
    }

    store::Store& store() { return *store_; }

    const Known& any() { return known_[random_() % known_.size()]; }

    std::vector<store::Change> sign_in(const Known& who) {
        const auto now = clock_of_system.now();
        const accounts::SessionId session(store_->next_id());
        return {
            accounts::UsePasskey{who.passkey, 0, 0, true, now, "Chromium on Linux"},
            accounts::RequireEpoch{who.account, 0},
            accounts::OpenSession{{
                .id = session,
                .token_hash = {},
                .account = who.account,
                .account_epoch = 0,
                .assurance = accounts::Assurance::passkey,
                .created_at = now,
                .authenticated_at = now,
                .recovered_at = std::nullopt,
                .passkey = who.passkey,
                .browser = "Chromium on Linux",
                .expires_at = now + std::chrono::hours(24),
            }},
            accounts::AppendEvent{{
                .id = accounts::EventId(store_->next_id()),
                .at = now,
                .kind = accounts::EventKind::signed_in,
                .account = who.account,
                .network = "203.0.113.0/24",
                .browser = "Chromium on Linux",
                .detail = "",
            }},
        };
    }

private:
    void fill(std::size_t accounts) {
        Pipeline pipeline(*store_, 64);
        std::vector<store::Change> changes;
        for (std::size_t i = 0; i < accounts; ++i) {
            add_person(changes);
            if (changes.size() >= 200 || i + 1 == accounts) {
                pipeline.commit(std::exchange(changes, {}));
            }
        }
        pipeline.finish();
    }

    void add_person(std::vector<store::Change>& changes) {
        const accounts::AccountId account(store_->next_id());
        const accounts::PasskeyId passkey(store_->next_id());
        const webauthn::CredentialId credential(random_bytes(random_, 32));
        const webauthn::UserHandle handle(random_bytes(random_, 64));
        const auto name = "person" + std::to_string(account.value()) + "@example.com";
        changes.emplace_back(accounts::CreateAccount{{
            .id = account,
            .public_id = accounts::PublicId(base64url_encode(random_bytes(random_, 16))),
            .user_handle = handle,
            .email = accounts::EmailAddress::parse(name).value(),
            .created_at = clock_of_system.now(),
            .factors = 1,
        }});
        changes.emplace_back(accounts::AddPasskey{{
            .id = passkey,
            .public_id = accounts::PublicId(base64url_encode(random_bytes(random_, 16))),
            .account = account,
            .record =
                {.id = credential,
                 .user_handle = handle,
                 .public_key = {.material = random_bytes(random_, 65)},
                 .backup_eligible = true,
                 .backup_state = true,
                 .transports = {"internal", "hybrid"},
                 .attestation_format = "none",
                 .rp_id = webauthn::RpId("example.com")},
            .created_on = "Chromium on Linux",
            .created_at = clock_of_system.now(),
        }});
        known_.push_back({account, passkey, credential});
    }

    std::filesystem::path folder_;
    std::unique_ptr<store::Store> store_;
    std::mt19937_64 random_{42};
    std::vector<Known> known_;
};

struct Figures {
    double find = 0;    // CPU, microseconds
    double commit = 0;  // CPU, microseconds
    double per_second = 0;
    double median_ms = 0;
    double p99_ms = 0;
    double longest_ms = 0;
};

Figures measure(Database& database, std::size_t window, std::size_t count) {
    Figures figures;
    double began = cpu_microseconds();
    for (std::size_t i = 0; i < count; ++i) {
        LATCHKEY_ASSERT(database.store().find_passkey(database.any().credential).has_value());
    }
    figures.find = (cpu_microseconds() - began) / static_cast<double>(count);

    Pipeline pipeline(database.store(), window);
    began = cpu_microseconds();
    const auto wall_began = clock_of_system.steady_now();
    for (std::size_t i = 0; i < count; ++i)
        pipeline.commit(database.sign_in(database.any()));
    const auto times = pipeline.finish();
    const std::chrono::duration<double> wall = clock_of_system.steady_now() - wall_began;
    figures.commit = (cpu_microseconds() - began) / static_cast<double>(count);
    figures.per_second = static_cast<double>(count) / wall.count();
    figures.median_ms = times[times.size() / 2];
    figures.p99_ms = times[times.size() * 99 / 100];
    figures.longest_ms = times.back();
    return figures;
}

void print(std::size_t accounts, std::size_t window, const Figures& figures) {
    std::printf(
        "%9zu accounts, %3zu in flight: find %5.1f us, commit %5.1f us CPU; %6.0f/s; "
        "answered in %.2f ms, p99 %.2f, longest %.1f\n",
        accounts,
        window,
        figures.find,
        figures.commit,
        figures.per_second,
        figures.median_ms,
        figures.p99_ms,
        figures.longest_ms
    );
    std::fflush(stdout);
}

std::size_t number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    LATCHKEY_ASSERT(error == std::errc() && end == text.data() + text.size());
    return value;
}

/// At 1, 16, 64 and 256 commits in flight; the figures of 64.
Figures measure_all(const std::string& folder, std::size_t accounts, std::size_t count) {
    const auto place = std::filesystem::path(folder) / std::to_string(accounts);
    std::filesystem::create_directory(place);
    Database database(place, accounts);
    Figures of_64;
    for (const std::size_t window : {1, 16, 64, 256}) {
        const auto figures = measure(database, window, window == 1 ? count / 10 : count);
        print(accounts, window, figures);
        if (window == 64) of_64 = figures;
    }
    return of_64;
}

/// design.md 8: CPU for a sign-in at 1,000,000 accounts at most 1.2 times that at 1,000. The bare
/// signature of a sign-in takes about 48 us, its HTTP request about 15 (reference figures of the
/// same machine); the store's part must not push the sum over the limit.
int judge(const Figures& few, const Figures& many) {
    constexpr double elsewhere = 48 + 15;
    const double alone = (many.find + many.commit) / (few.find + few.commit);
    const double whole =
        (elsewhere + many.find + many.commit) / (elsewhere + few.find + few.commit);
    const bool is_met = whole <= 1.2 && many.longest_ms <= 35;
    std::printf(
        "store: a sign-in costs %.1f us here at 1,000 accounts and %.1f at 1,000,000 (x %.2f; x "
        "%.2f with signature and request, aim 1.20); longest commit %.1f ms (aim 35): %s\n",
        few.find + few.commit,
        many.find + many.commit,
        alone,
        whole,
        many.longest_ms,
        is_met ? "met" : "missed"
    );
    return is_met ? 0 : 1;
}

}  // namespace

}  // namespace latchkey::bench

int main(int argc, char** argv) {
    using namespace latchkey::bench;
    const std::size_t many = argc > 1 ? number(argv[1]) : 1'000'000;
    const std::size_t count = argc > 2 ? number(argv[2]) : 60'000;
    std::string folder = (std::filesystem::temp_directory_path() / "bench.XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return 2;
    const auto few_accounts = measure_all(folder, 1'000, count);
    const auto many_accounts = measure_all(folder, many, count);
    std::filesystem::remove_all(folder);
    return judge(few_accounts, many_accounts);
}
