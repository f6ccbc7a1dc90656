// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/system_random.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <set>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace latchkey::crypto {
namespace {

TEST_CASE("System random bytes fill the whole span and do not repeat") {
    SystemRandom random;
    const auto first = random.bytes<32>();
    CHECK(first != random.bytes<32>());
    CHECK(std::count(first.begin(), first.end(), std::byte{0}) < 8);
    random.fill({});
}

TEST_CASE("Random bytes under load: eight threads at once draw nothing twice") {
    constexpr std::size_t draws = 5'000;
    std::array<std::vector<std::array<std::byte, 16>>, 8> drawn;
    {
        std::vector<std::jthread> threads;
        for (auto& mine : drawn) {
            threads.emplace_back([&mine] {
                SystemRandom random;
                for (std::size_t i = 0; i < draws; ++i) {
                    mine.push_back(random.bytes<16>());
                }
            });
        }
    }
    std::set<std::array<std::byte, 16>> all;
    for (const auto& mine : drawn) {
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == drawn.size() * draws);
}

/// Lets the kernel refuse getrandom() to this process from now on.
bool take_randomness_away() {
    std::array<sock_filter, 4> program{{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},  // the number of the system call
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getrandom},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EIO},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_CASE("Without randomness the process ends; it never goes on with bytes that it can guess") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(STDERR_FILENO);  // it says why, and nobody has to read that here
        ::signal(SIGABRT, SIG_DFL);
        if (!take_randomness_away()) ::_exit(2);
        std::array<std::byte, 16> bytes{};
        SystemRandom().fill(bytes);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}

}  // namespace
}  // namespace latchkey::crypto
