// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// T13 by the clock. That the same statements and the same cryptography run, in the same order, is
// shown by enumeration_test.cpp; here it is measured, over HTTP, on a machine that does other
// things too.
#include "base/json.hpp"
#include "base/random.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "support/http_client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <iterator>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <time.h>

namespace latchkey::test {
namespace {

using std::chrono_literals::operator""h;

constexpr int people = 25;           // of each kind, so that no single row decides
constexpr int rounds = 400;          // probes of each person: people * rounds of each kind
constexpr double significant = 4.5;  // |t| above it is a difference (as dudect has it)
// T13: the same cost within 1 %. A row is read in either case and the same rows are
// written; what is left lies in the caches of SQLite and of the processor.
constexpr double median_share = 0.01;
constexpr double planted_share = 0.05;

/// CPU time of this process, client and server: an attacker has no better clock, since what other
/// processes do is not in it.
double cpu_seconds() {
    timespec now{};
    REQUIRE(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Random bytes of a server that has more to do while `extra` is not zero: the difference that the
/// control plants.
class SlowRandom : public Random {
public:
    SlowRandom(std::unique_ptr<Random> real, std::shared_ptr<std::atomic<double>> extra)
        : real_(std::move(real)), extra_(std::move(extra)) {}

    void fill(std::span<std::byte> out) override {
        real_->fill(out);
        const double until = cpu_seconds() + extra_->exchange(0);
        while (cpu_seconds() < until) {
        }
    }

private:
    std::unique_ptr<Random> real_;
    std::shared_ptr<std::atomic<double>> extra_;
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// Without what lies above the 90th percentile of both: interrupts, not work (as dudect crops).
std::pair<std::vector<double>, std::vector<double>> crop(
    const std::vector<double>& one, const std::vector<double>& other
) {
    std::vector<double> all = one;
    all.insert(all.end(), other.begin(), other.end());
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 9 / 10);
    std::ranges::nth_element(all, at);
    const auto kept = [limit = *at](const std::vector<double>& values) {
        std::vector<double> below;
        std::ranges::copy_if(values, std::back_inserter(below), [limit](double value) {
            return value <= limit;
        });
        return below;
    };
    return {kept(one), kept(other)};
}

struct Moments {
    double count;
    double mean;
    double variance;
};

Moments moments_of(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    const double mean = sum / count;
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return {.count = count, .mean = mean, .variance = squares / (count - 1)};
}

/// Welch's t of two cropped samples.
double welch_t(const std::vector<double>& one, const std::vector<double>& other) {
    const auto [a, b] = crop(one, other);
    const Moments left = moments_of(a);
    const Moments right = moments_of(b);
    return (left.mean - right.mean) /
           std::sqrt(left.variance / left.count + right.variance / right.count);
}

/// What a stranger can time: giving an address, and a wrong code for it.
struct Timed {
    std::vector<double> address;
    std::vector<double> code;
};

class Stopwatch {
public:
    explicit Stopwatch(Latchkey& latchkey) : latchkey_(latchkey) {
        for (int i = 0; i < people; ++i) {
            // Names of one length, and side by side in the order of addresses.
            const std::string number = std::to_string(10 + i);
            Person known(latchkey_, number + "ada@example.com", {.address = network()});
            known.sign_up();
            addresses_[0].push_back(known.email);
            addresses_[1].push_back(number + "ann@example.com");
        }
    }

    /// Times both kinds in a random order, each address once a day of the server's clock. Before
    /// each probe of the first kind, `before_known` is called.
    template <class Before>
    std::array<Timed, 2> measure(int times, Before before_known) {
        std::array<Timed, 2> timed;
        std::vector<std::pair<std::size_t, std::size_t>> order;
        for (std::size_t i = 0; i < people; ++i) {
            order.emplace_back(0, i);
            order.emplace_back(1, i);
        }
        std::mt19937 shuffle(1);
        for (int round = 0; round < times; ++round) {
            latchkey_.clock.advance(25h);  // no limit remembers the round before
            std::ranges::shuffle(order, shuffle);
            for (const auto& [kind, person] : order) {
                probe(addresses_.at(kind).at(person), timed.at(kind), [&] {
                    if (kind == 0) before_known();
                });
            }
        }
        return timed;
    }

private:
    Latchkey& latchkey_;
    std::array<std::vector<std::string>, 2> addresses_;
    int networks_ = 0;

    std::string network() {
        const int number = networks_++ % 60'000;
        return "10." + std::to_string(number / 250) + "." + std::to_string(number % 250) + ".1";
    }

    template <class Before>
    void probe(const std::string& address, Timed& timed, Before before) {
        HttpClient client = Browser(latchkey_, {.address = network()}).twin();
        json::Value page;
        const auto open = [&](std::string_view path) {
            auto model = json::parse(client.get(path).body);
            REQUIRE(model.has_value());
            page = std::move(*model);
        };
        const auto post = [&](std::string_view path, Fields fields, int expected) {
            for (const char* const hidden : {"csrf", "ceremony"}) {
                const std::string* const value = page.find_string(hidden);
                if (value != nullptr) fields.emplace_back(hidden, *value);
            }
            before();
            const double from = cpu_seconds();
            const HttpResponse answer = client.post(path, fields);
            const double took = cpu_seconds() - from;
            REQUIRE(answer.status == expected);
            return took;
        };
        open("/sign-in");
        timed.address.push_back(post("/sign-in/email", {{"email", address}}, 303));
        open("/sign-in/code");
        timed.code.push_back(post("/sign-in/code", {{"code", "00000000"}}, 422));
    }
};

void check_same(
    const std::string& what, const std::vector<double>& known, const std::vector<double>& not_known
) {
    const double t = welch_t(known, not_known);
    const double share = median(known) / median(not_known) - 1;
    MESSAGE(
        what << ": " << known.size() << " + " << not_known.size() << " requests, median "
             << median(known) * 1e6 << " and " << median(not_known) * 1e6
             << " us of CPU, differ by " << share * 100 << " %, t = " << t
    );
    CHECK(std::abs(share) < median_share);
}

TEST_CASE("T13: known and unknown addresses take the same time, within 1 %") {
    const auto extra = std::make_shared<std::atomic<double>>(0);
    Latchkey latchkey({.threads = 1, .wrap_random = [&extra](std::unique_ptr<Random> real) {
                           return std::make_unique<SlowRandom>(std::move(real), extra);
                       }});
    Stopwatch stopwatch(latchkey);
    stopwatch.measure(4, [] {});  // statements are prepared, caches are warm
    const auto [known, unknown] = stopwatch.measure(rounds, [] {});
    check_same("address", known.address, unknown.address);
    check_same("wrong code", known.code, unknown.code);

    // The control: a difference of 5 % that is there is seen, in half as many requests.
    const double planted = planted_share * median(unknown.address);
    const auto [slow, usual] = stopwatch.measure(rounds / 2, [&] { *extra = planted; });
    const double t = welch_t(slow.address, usual.address);
    MESSAGE("a planted difference of " << planted * 1e6 << " us: t = " << t);
    CHECK(t > significant);
    CHECK(median(slow.address) / median(usual.address) - 1 > median_share);
}

}  // namespace
}  // namespace latchkey::test
