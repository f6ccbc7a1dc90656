// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/descriptor.hpp"
#include "app/origin.hpp"
#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

/// How the command line talks to the running server: a Unix socket in the data folder, one JSON
/// object a line in each direction. docs/decisions/0030-one-program-two-roles.md.
namespace latchkey::app {

namespace control_limits {
inline constexpr std::size_t request_bytes = 65'536;
inline constexpr std::size_t answer_bytes = 4'194'304;
inline constexpr std::chrono::seconds line_timeout{10};  // to receive a request, to take an answer
}  // namespace control_limits

std::string control_socket_path(const std::string& data_folder);

/// The server's end. Mode 0600, and only the server's own user and root are answered. Requests
/// are answered one after the other on one thread.
class ControlSocket {
public:
    /// Gets a request, returns its answer; both are objects. Runs on the socket's thread.
    using Answer = std::function<json::Value(const json::Value& request)>;

    /// Takes the place of what lies at `path`: the caller holds the lock on the folder.
    static Result<std::unique_ptr<ControlSocket>, Wrong> open(std::string path, Answer answer);

    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ControlSocket(ControlSocket&&) = delete;
    ControlSocket& operator=(ControlSocket&&) = delete;

    /// Waits for the command under way, and removes the socket.
    ~ControlSocket();

    /// For open() only.
    ControlSocket(std::string path, Descriptor listener, Descriptor wake, Answer answer);

private:
    void run(const std::stop_token& stop);
    void serve(int connection) const;

    std::string path_;
    Descriptor listener_;
    Descriptor wake_;  // an eventfd: readable when the thread has to stop
    Answer answer_;
    std::jthread thread_;  // last: it uses all of the above
};

/// The command line's end.
class ControlClient {
public:
    /// nullopt: nobody listens there; the server is not running.
    static Result<std::optional<ControlClient>, Wrong> connect(const std::string& path);

    /// Sends one request and waits for its answer, as long as `timeout`.
    Result<json::Value, Wrong> ask(const json::Value& request, std::chrono::seconds timeout);

private:
    explicit ControlClient(Descriptor connection) : connection_(std::move(connection)) {}

    Descriptor connection_;
};

}  // namespace latchkey::app
