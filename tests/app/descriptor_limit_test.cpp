// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The real program under limits of open files.
#include "app/descriptor_limit.hpp"

#include "app/program.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

#include <csignal>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::Program;
using test::RawConnection;

// `latchkey serve` under a soft and a hard limit.
test::Process serve_under(const Program& program, int soft, int hard) {
    const std::string limits =
        "ulimit -Sn " + std::to_string(soft) + " && ulimit -Hn " + std::to_string(hard);
    return test::Process({
        .arguments =
            {"sh",
             "-c",
             limits + R"( && exec "$0" serve --config "$1")",
             LATCHKEY_BINARY,
             program.config()},
        .environment = {},
        .folder = {},
    });
}

std::string soft_limit(const test::Process& process) {
    const std::string limits = test::read_file("/proc/" + std::to_string(process.id()) + "/limits");
    const std::string_view name = "Max open files";
    const std::size_t at = limits.find_first_not_of(' ', limits.find(name) + name.size());
    return limits.substr(at, limits.find(' ', at) - at);
}

void stop(test::Process& process) {
    process.signal(SIGTERM);
    process.read_rest();
    CHECK(process.wait() == 0);
}

}  // namespace

TEST_CASE("The limit of open files is raised as far as it may be") {
    const Program program;
    test::Process process = serve_under(program, 100, 11'000);
    const std::string line = process.read_line();
    CHECK(line.find("listening") != std::string::npos);  // and no warning before it
    CHECK(soft_limit(process) == "11000");
    stop(process);
}

TEST_CASE("T37: where few files may be open, fewer connections are held, and all else still works"
) {
    // The connections of a trusted proxy are not counted by network.
    const Program program("trusted_proxies = [\"127.0.0.1\"]\n");
    constexpr int hard = 400;
    constexpr int fitting = hard - static_cast<int>(reserved_descriptors);
    test::Process process = serve_under(program, 100, hard);
    const std::string warning = process.read_line();
    CHECK(warning.find("\"event\":\"few_descriptors\"") != std::string::npos);
    CHECK(warning.find("\"connections\":" + std::to_string(fitting)) != std::string::npos);
    CHECK(warning.find("LimitNOFILE=") != std::string::npos);
    process.read_until("listening");

    const std::string ready =
        "GET /ready HTTP/1.1\r\nHost: localhost:" + std::to_string(program.port()) +
        "\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    std::deque<RawConnection> connections;
    for (int i = 0; i < fitting; ++i) {
        RawConnection& connection = connections.emplace_back(program.port());
        REQUIRE(connection.send(ready));
        REQUIRE(connection.read_response()->status == 200);
    }
    RawConnection one_more(program.port());
    CHECK(one_more.read_response()->status == 503);
    REQUIRE(connections.front().send(ready));
    CHECK(connections.front().read_response()->status == 200);
    stop(process);
}

TEST_CASE("A limit of open files that leaves no room for connections refuses to start, in words") {
    const Program program;
    test::Process process = serve_under(program, 100, 300);
    process.read_rest();
    CHECK(process.wait() == 1);
    CHECK(process.errors().find("may open 300 files, and needs 320 at least") != std::string::npos);
}

}  // namespace latchkey::app
