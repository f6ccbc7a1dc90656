// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "http/io.hpp"
#include "http/tls.hpp"
#include "http/tls_files.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace latchkey::http {

enum class Readiness : std::uint8_t { readable, writable };

/// One accepted connection, TCP or TLS on it, never blocking: operations say what they wait for,
/// and wait() waits for it. Belongs to the thread of one loop. Closed when it is destroyed.
class Stream {
public:
    struct Socket;  // Asio's, in stream_socket.hpp

    explicit Stream(std::unique_ptr<Socket> socket);
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();

    /// Puts TLS on the connection; handshake() comes next. False if memory is short.
    [[nodiscard]] bool secure(const CurrentTls& tls);

    /// `done` at once without TLS.
    Io handshake();

    Io read(std::span<char> out);

    /// Writes from `first`, then from `second`.
    Io write(std::string_view first, std::string_view second);

    /// Whether read() may give bytes though the socket is not readable.
    [[nodiscard]] bool has_pending() const;

    /// Calls `then` once when the socket is ready or failed. Dropped by close().
    void wait(Readiness readiness, Once<void()> then);

    /// Tells the peer that no more will come; reading goes on.
    void close_write();

    void close();

    /// Closes, and has the kernel drop what it has not sent yet.
    void abort();

private:
    std::unique_ptr<Socket> socket_;
    std::unique_ptr<TlsSession> tls_;
};

}  // namespace latchkey::http
