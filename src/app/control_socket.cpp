// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/control_socket.hpp"

#include "app/descriptor.hpp"
#include "app/origin.hpp"
#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <asm-generic/socket.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Deadline = steady_clock::time_point;

constexpr int waiting_connections = 8;

Wrong failed(std::string_view what, const std::string& path) {
    return {
        fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(errno)),
        "look at the permissions of the data folder"
    };
}

// The path in the form that the socket calls take; nullopt if it is too long for them.
std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    path.copy(address.sun_path, path.size());
    return address;
}

Wrong too_long(const std::string& path) {
    return {
        fmt::format("{} is longer than the path of a Unix socket may be", path),
        fmt::format(
            "use a data folder of at most {} characters", sizeof(sockaddr_un::sun_path) - 20
        )
    };
}

// The socket interface of C takes every kind of address as sockaddr.
const sockaddr* any(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

bool wait_for(int descriptor, short events, Deadline deadline) {
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        pollfd watched{.fd = descriptor, .events = events, .revents = 0};
        const int ready = poll(&watched, 1, static_cast<int>(std::max<long>(0, left.count())));
        if (ready < 0 && errno == EINTR) continue;
        return ready > 0;
    }
}

// One line without its end. nullopt: the end, too long, too late or broken.
std::optional<std::string> read_line(int descriptor, std::size_t limit, Deadline deadline) {
    std::string line;
    std::array<char, 4'096> chunk{};
    while (line.size() <= limit) {
        if (!wait_for(descriptor, POLLIN, deadline)) return std::nullopt;
        const ssize_t count = recv(descriptor, chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        line.append(chunk.data(), static_cast<std::size_t>(count));
        // One line is asked for at a time: whatever follows its end is not a line of ours.
        if (line.back() == '\n') {
            line.pop_back();
            return line;
        }
    }
    return std::nullopt;
}

bool write_line(int descriptor, const std::string& text, Deadline deadline) {
    const std::string line = text + '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
        if (!wait_for(descriptor, POLLOUT, deadline)) return false;
        const ssize_t count =
            send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// Who opened the other end may command us: our own user, or root.
bool may_command(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == geteuid() || peer.uid == 0;
}

}  // namespace

std::string control_socket_path(const std::string& data_folder) {
    return data_folder + "/control.sock";
}

Result<std::unique_ptr<ControlSocket>, Wrong> ControlSocket::open(std::string path, Answer answer) {
    const auto address = address_of(path);
    if (!address) return Fail{too_long(path)};
    Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Descriptor wake(eventfd(0, EFD_CLOEXEC));
    if (!listener.is_open() || !wake.is_open()) return Fail{failed("open", path)};
    unlink(path.c_str());  // what a killed server left; if it cannot go, bind says so
    if (bind(listener.get(), any(*address), sizeof *address) != 0) {
        return Fail{failed("bind", path)};
    }
    // Nobody can connect before listen().
    if (chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 ||
        listen(listener.get(), waiting_connections) != 0) {
        return Fail{failed("listen on", path)};
    }
    return std::make_unique<ControlSocket>(
        std::move(path), std::move(listener), std::move(wake), std::move(answer)
    );
}

ControlSocket::ControlSocket(std::string path, Descriptor listener, Descriptor wake, Answer answer)
    : path_(std::move(path)),
      listener_(std::move(listener)),
      wake_(std::move(wake)),
      answer_(std::move(answer)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ControlSocket::~ControlSocket() {
    thread_.request_stop();
    constexpr std::uint64_t one = 1;
    // Cannot fail: the counter of an eventfd has room for it.
    LATCHKEY_ASSERT(write(wake_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
    unlink(path_.c_str());
}

void ControlSocket::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> watched{
            pollfd{.fd = listener_.get(), .events = POLLIN, .revents = 0},
            pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0},
        };
        if (poll(watched.data(), watched.size(), -1) < 0 || watched[0].revents == 0) continue;
        const Descriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.is_open() && may_command(connection.get())) serve(connection.get());
    }
}

void ControlSocket::serve(int connection) const {
    const auto deadline = [] { return steady_clock::now() + control_limits::line_timeout; };
    const auto line = read_line(connection, control_limits::request_bytes, deadline());
    if (!line) return;
    const auto request = json::parse(*line, {.bytes = control_limits::request_bytes});
    if (!request) return;  // no client of ours
    const json::Value answer = answer_(*request);
    write_line(connection, json::write(answer), deadline());
}

Result<std::optional<ControlClient>, Wrong> ControlClient::connect(const std::string& path) {
    const auto address = address_of(path);
    if (!address) return Fail{too_long(path)};
    Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!connection.is_open()) return Fail{failed("open", path)};
    if (::connect(connection.get(), any(*address), sizeof *address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) return std::optional<ControlClient>();
        return Fail{failed("connect to", path)};
    }
    return std::optional(ControlClient(std::move(connection)));
}

Result<json::Value, Wrong> ControlClient::ask(
    const json::Value& request, std::chrono::seconds timeout
) {
    const Deadline deadline = steady_clock::now() + timeout;
    const Wrong silent{
        "the running server gave no answer",
        "look at its log; are you the user that runs it, or root?"
    };
    if (!write_line(connection_.get(), json::write(request), deadline)) return Fail{silent};
    const auto line = read_line(connection_.get(), control_limits::answer_bytes, deadline);
    if (!line) return Fail{silent};
    auto answer = json::parse(
        *line, {.bytes = control_limits::answer_bytes, .depth = 8, .values = 1'000'000}
    );
    if (!answer) return Fail{silent};
    return std::move(answer).value();
}

}  // namespace latchkey::app
