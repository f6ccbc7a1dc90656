// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/tls_files.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace latchkey::test {

/// Has OpenSSL's own function free what a unique_ptr holds.
template <auto Free>
struct OpensslFree {
    template <class T>
    void operator()(T* held) const {
        Free(held);
    }
};

/// A folder with a fresh self-signed ES256 certificate for localhost ("certificate.pem") and its
/// key ("key.pem"); gone with the object.
class TlsFolder {
public:
    TlsFolder();
    TlsFolder(const TlsFolder&) = delete;
    TlsFolder& operator=(const TlsFolder&) = delete;
    TlsFolder(TlsFolder&&) = delete;
    TlsFolder& operator=(TlsFolder&&) = delete;
    ~TlsFolder();

    [[nodiscard]] std::string file(std::string_view name) const;

    /// The certificate and its key.
    [[nodiscard]] http::TlsFiles files() const;

    /// Adds another key; with a passphrase it is encrypted.
    void add_key(std::string_view name, std::string_view passphrase = {}) const;

    void set_mode(std::string_view name, unsigned mode) const;

    /// Puts a file of another folder in the place of the one of that name.
    void take(std::string_view name, const TlsFolder& from) const;

private:
    std::string path_;
};

struct TlsClientOptions {
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    std::string suites = "DEFAULT";  // of TLS 1.2 and before
    std::string protocols;           // in the form of ALPN
    SSL_SESSION* resumed = nullptr;
};

/// A TLS client on 127.0.0.1 that trusts everybody.
class TlsClient {
public:
    TlsClient(std::uint16_t port, const TlsClientOptions& options);
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    TlsClient(TlsClient&&) = delete;
    TlsClient& operator=(TlsClient&&) = delete;
    ~TlsClient();

    /// Whether the handshake succeeded.
    [[nodiscard]] bool is_connected() const { return is_connected_; }

    void send(std::string_view bytes) const;

    /// Reads until `end` came or the connection ended.
    [[nodiscard]] std::string read_until(std::string_view end) const;

    /// The certificate that the server showed, as DER.
    [[nodiscard]] std::string certificate() const;

    [[nodiscard]] SSL* session() const { return session_.get(); }

    /// What another client may go on with.
    [[nodiscard]] std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>> take_session() const;

    /// Whether the server went on with `resumed`.
    [[nodiscard]] bool has_resumed() const { return SSL_session_reused(session_.get()) == 1; }

private:
    std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>> context_;
    std::unique_ptr<SSL, OpensslFree<SSL_free>> session_;
    int socket_;
    bool is_connected_ = false;
};

/// Whether OpenSSL's error queue of this thread is empty.
bool has_no_openssl_errors();

}  // namespace latchkey::test
