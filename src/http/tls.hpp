// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/io.hpp"
#include "latchkey/result.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace latchkey::http {

/// One TLS connection on a non-blocking socket, which it does not own. Not thread-safe.
class TlsSession {
public:
    explicit TlsSession(ssl_st* session) : session_(session) {}

    /// `done` once the connection is secured.
    Io handshake();

    Io read(std::span<char> out);
    Io write(std::string_view bytes);

    /// Says that we will send no more (close_notify), as far as the socket takes it at once.
    void close_write();

    /// Whether bytes were taken from the socket that read() has not given out yet.
    [[nodiscard]] bool has_pending() const;

private:
    struct Free {
        void operator()(ssl_st* session) const;
    };

    std::unique_ptr<ssl_st, Free> session_;

    Io result(int returned);
};

/// Certificate, key and rules of TLS 1.2 and 1.3 (RFC 9325): AEAD suites with forward secrecy only,
/// no renegotiation, no compression, no early data; sessions are resumed by tickets. Thread-safe.
class TlsContext {
public:
    /// Reads both files. The error says in words which file is wrong and how to mend it: a key that
    /// others can read, that is encrypted, or that does not belong to the certificate.
    static Result<TlsContext, std::string> load(
        const std::string& certificate_file, const std::string& key_file
    );

    /// A server-side session on the socket `descriptor`. Null if memory is short.
    [[nodiscard]] std::unique_ptr<TlsSession> open(int descriptor) const;

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };

    explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace latchkey::http
