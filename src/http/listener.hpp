// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"
#include "http/loop.hpp"
#include "http/stream.hpp"
#include "latchkey/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::http {

/// A listening TCP socket. Belongs to the thread of its loop.
class Listener {
public:
    /// Opens "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or ":8080" (all addresses, IPv4 too);
    /// port 0 picks one. The error says in words what is wrong and how to mend it.
    static Result<std::unique_ptr<Listener>, std::string> open(Loop& loop, std::string_view listen);

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// Thread-safe.
    [[nodiscard]] std::uint16_t port() const;

    /// The loop that serves the next connection.
    using Choose = std::function<Loop&()>;
    /// Called on this loop's thread with a connection of the loop that was chosen last.
    using Accept = std::function<void(Stream, const Address& peer)>;

    /// Begins to accept. While the process is out of descriptors it tries again every 100 ms.
    void start(Choose choose, Accept accept);

    /// Hands out what waits in the kernel's queue, then closes the socket.
    void stop();

    struct State;

    /// For open() only: nobody else has a State.
    explicit Listener(std::unique_ptr<State> state);

private:
    std::unique_ptr<State> state_;

    void accept_next();
};

}  // namespace latchkey::http
