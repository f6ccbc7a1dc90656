// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/control_socket.hpp"

#include "app/descriptor.hpp"
#include "base/json.hpp"
#include "support/process.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

using std::chrono_literals::operator""s;

std::unique_ptr<ControlSocket> open_echo(const std::string& path) {
    auto opened = ControlSocket::open(path, [](const json::Value& request) {
        return json::object({{"echo", request}});
    });
    REQUIRE(opened.has_value());
    return std::move(opened).value();
}

// What a client that sends these bytes gets back.
std::string raw_answer(const std::string& path, std::string_view bytes) {
    const Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(
        connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
    );
    // The server may hang up before all is sent.
    [[maybe_unused]] const ssize_t sent =
        send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(connection.get(), SHUT_WR);
    std::string answer;
    std::array<char, 4'096> chunk{};
    for (ssize_t n = 1; n > 0;) {
        n = recv(connection.get(), chunk.data(), chunk.size(), 0);
        if (n > 0) answer.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return answer;
}

}  // namespace

TEST_CASE("The command line asks the running server over a socket that is its owner's alone") {
    const test::TemporaryFolder folder;
    const std::string path = control_socket_path(folder.path());
    const auto server = open_echo(path);
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600U);
    for (int i = 0; i < 3; ++i) {
        auto client = ControlClient::connect(path);
        REQUIRE(client.has_value());
        REQUIRE(client->has_value());
        const auto answer = (*client)->ask(json::object({{"command", "x"}, {"n", i}}), 10s);
        REQUIRE(answer.has_value());
        CHECK(*answer == json::object({{"echo", json::object({{"command", "x"}, {"n", i}})}}));
    }
}

TEST_CASE("Nobody listens: the server is not running; its socket goes when it does") {
    const test::TemporaryFolder folder;
    const std::string path = control_socket_path(folder.path());
    const auto nobody = [&] {
        const auto client = ControlClient::connect(path);
        REQUIRE(client.has_value());
        return !client->has_value();
    };
    CHECK(nobody());
    open_echo(path).reset();
    CHECK(access(path.c_str(), F_OK) != 0);
    CHECK(nobody());
}

TEST_CASE("What a killed server left behind is taken over") {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("control.sock", "left behind");
    const auto server = open_echo(path);
    auto client = ControlClient::connect(path);
    REQUIRE(client.has_value());
    CHECK(client->has_value());
}

TEST_CASE("A request that is no JSON line within the limits is hung up on") {
    const test::TemporaryFolder folder;
    const std::string path = control_socket_path(folder.path());
    const auto server = open_echo(path);
    CHECK(raw_answer(path, "{}\n") == "{\"echo\":{}}\n");
    CHECK(raw_answer(path, "") == "");
    CHECK(raw_answer(path, "{}") == "");
    CHECK(raw_answer(path, "not json\n") == "");
    CHECK(raw_answer(path, "{}\n{}\n") == "");
    CHECK(raw_answer(path, "{\"a\":1,\"a\":2}\n") == "");
    CHECK(raw_answer(path, std::string(control_limits::request_bytes + 2, ' ') + "\n") == "");
    CHECK(raw_answer(path, "{}\n") == "{\"echo\":{}}\n");
}

TEST_CASE("A folder whose path is too long for a socket is refused in words") {
    const std::string path = control_socket_path("/tmp/" + std::string(100, 'x'));
    const auto opened = ControlSocket::open(path, {});
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().mend.find("data folder of at most") != std::string::npos);
    CHECK_FALSE(ControlClient::connect(path).has_value());
}

}  // namespace latchkey::app
