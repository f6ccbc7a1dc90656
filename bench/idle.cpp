// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/program.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <ratio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/resource.h>

/// What the program costs while nobody signs in: time to start, memory, memory of connections.
namespace latchkey::bench {
namespace {

constexpr int starts = 5;
constexpr std::size_t connections_idle = 4'000;
constexpr double start_aim_ms = 100;  // design.md section 8
constexpr double memory_aim_mb = 20;
constexpr double connection_aim_bytes = 1'024;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

bool is_ready(const test::Program& program) {
    try {
        test::HttpClient client(program.port());
        return client.get("/ready").status == 200;
    } catch (const std::runtime_error&) {
        return false;  // nobody listens yet
    }
}

std::unique_ptr<test::Process> start(const test::Program& program) {
    return std::make_unique<test::Process>(test::Command{
        .arguments = {LATCHKEY_BINARY, "serve", "--config", program.config()},
        .environment = {},
        .folder = {},
    });
}

/// From its exec until it says that it is ready.
double start_milliseconds(const test::Program& program) {
    const auto began = std::chrono::steady_clock::now();
    const auto process = start(program);
    while (!is_ready(program)) {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    const double took = milliseconds_since(began);
    process->signal(SIGTERM);
    process->wait();
    return took;
}

/// Memory that is there only for this process or for files it maps, in bytes.
double resident_bytes(const test::Process& process) {
    const std::string status = test::read_file("/proc/" + std::to_string(process.id()) + "/status");
    constexpr std::string_view name = "VmRSS:";
    const auto at = status.find_first_of("0123456789", status.find(name));
    double kilobytes = 0;
    std::from_chars(status.data() + at, status.data() + status.size(), kilobytes);
    return kilobytes * 1'024;
}

/// Connections that have each been used once, and what one of them adds.
double idle_connection_bytes(const test::Program& program, const test::Process& process) {
    const double before = resident_bytes(process);
    std::vector<std::unique_ptr<test::RawConnection>> connections;
    for (std::size_t i = 0; i < connections_idle; ++i) {
        connections.push_back(std::make_unique<test::RawConnection>(program.port()));
        connections.back()->send(
            "GET /sign-in HTTP/1.1\r\nHost: localhost:" + std::to_string(program.port()) +
            "\r\n\r\n"
        );
        const auto response = connections.back()->read_response();
        if (!response || response->status != 200) throw std::runtime_error("no sign-in page");
    }
    return (resident_bytes(process) - before) / static_cast<double>(connections_idle);
}

int run() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);

    // A trusted proxy may have as many connections as there are, anybody else 256.
    const test::Program program("trusted_proxies = [\"127.0.0.1\"]\n");
    const double first = start_milliseconds(program);  // makes key and database
    double again = start_milliseconds(program);
    for (int i = 1; i < starts; ++i) {
        again = std::min(again, start_milliseconds(program));
    }
    std::printf("ready after %.0f ms the first time, %.0f ms after a restart\n", first, again);

    const auto process = start(program);
    while (!is_ready(program)) {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    const double memory_mb = resident_bytes(*process) / 1e6;
    const double connection_bytes = idle_connection_bytes(program, *process);
    const bool is_met = again <= start_aim_ms && memory_mb <= memory_aim_mb &&
                        connection_bytes <= connection_aim_bytes;
    std::printf(
        "%s: ready %.0f ms after start (aim %.0f), %.1f MB resident (aim %.0f), %.0f bytes for an "
        "idle connection (aim %.0f)\n",
        is_met ? "met" : "MISSED",
        again,
        start_aim_ms,
        memory_mb,
        memory_aim_mb,
        connection_bytes,
        connection_aim_bytes
    );
    return is_met ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::bench

int main() {  // NOLINT(bugprone-exception-escape): an exception ends the run
    return latchkey::bench::run();
}
