// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "bench/sign_in_load.hpp"

#include <algorithm>
#include <cstdio>

/// What a passkey sign-in over HTTP costs at 1,000 and at 1,000,000 accounts.
namespace latchkey::bench {
namespace {

constexpr std::size_t few = 1'000;
constexpr std::size_t many = 1'000'000;
constexpr std::size_t sign_ins = 10'000;  // of one round
constexpr int rounds = 4;
constexpr double aim = 1.2;  // design.md section 8

struct Least {
    double options = 1e9;
    double finish = 1e9;

    [[nodiscard]] double whole() const { return options + finish; }
};

void measure(Load& load, Least& least) {
    least.options = std::min(least.options, load.prepare(sign_ins));
    least.finish = std::min(least.finish, load.finish_all());
}

void print(std::size_t people, const Least& least) {
    std::printf(
        "%9zu accounts: options %.1f, finish %.1f us of CPU\n", people, least.options, least.finish
    );
}

int run() {
    const Server server_of_few(few);
    const Server server_of_many(many);
    Load load_of_few(server_of_few);
    Load load_of_many(server_of_many);
    Least warming;
    measure(load_of_few, warming);
    measure(load_of_many, warming);

    Least least_of_few;
    Least least_of_many;
    for (int round = 0; round < rounds; ++round) {
        measure(load_of_few, least_of_few);
        measure(load_of_many, least_of_many);
    }
    print(few, least_of_few);
    print(many, least_of_many);
    const double growth = least_of_many.finish / least_of_few.finish;
    const bool is_met = growth <= aim;
    std::printf(
        "%s: finishing a sign-in costs x %.2f at 1,000,000 accounts (aim %.2f), with its options "
        "x %.2f\n",
        is_met ? "met" : "MISSED",
        growth,
        aim,
        least_of_many.whole() / least_of_few.whole()
    );
    return is_met ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::bench

int main() {
    return latchkey::bench::run();
}
