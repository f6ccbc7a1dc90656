// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/tls.hpp"

#include "http/io.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

namespace latchkey::http {

namespace {

/// What OpenSSL has to say about the last failure of this thread; empties its queue.
std::string last_error() {
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

/// Why the key file must not be used as it is; nullopt: its permissions are fine.
std::optional<std::string> permission_flaw(const std::string& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
        return "cannot read the TLS key " + file + ": " + std::strerror(errno);
    }
    if (!S_ISREG(status.st_mode)) return "the TLS key " + file + " is not a regular file";
    if ((status.st_mode & S_IRWXO) != 0) {
        return "the TLS key " + file +
               " can be read by every user of this machine: run chmod 600 " + file;
    }
    return std::nullopt;
}

/// A server has nobody to ask for a passphrase: an encrypted key is an error, not a prompt.
int no_passphrase(char* /*out*/, int /*size*/, int /*use*/, void* /*context*/) {
    return -1;
}

/// HTTP/1.1 is all we speak: a client that asks for other protocols only gets an alert (RFC 7301),
/// so that bytes meant for another service are never read as HTTP.
int select_protocol(  // NOLINT(readability-function-size): as OpenSSL calls it
    SSL* /*session*/,
    const unsigned char** out,
    unsigned char* out_length,
    const unsigned char* offered,
    unsigned int offered_length,
    void* /*context*/
) {
    constexpr std::string_view ours = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    const auto verdict = SSL_select_next_proto(
        &chosen,
        out_length,
        reinterpret_cast<const unsigned char*>(ours.data()),
        ours.size(),
        offered,
        offered_length
    );
    *out = chosen;
    return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// False if the linked OpenSSL refuses one of our rules.
bool set_rules(SSL_CTX* context) {
    constexpr const char* suites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
    constexpr std::string_view session_scope = "latchkey";

    SSL_CTX_set_options(
        context,
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
            SSL_OP_PRIORITIZE_CHACHA
    );
    // An idle connection gives its 34 KB of record buffers back.
    SSL_CTX_set_mode(
        context,
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets need no cache
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, suites) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_session_id_context(
               context,
               reinterpret_cast<const unsigned char*>(session_scope.data()),
               session_scope.size()
           ) == 1;
}

int clamp_to_int(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

void TlsSession::Free::operator()(ssl_st* session) const {
    SSL_free(session);
}

Result<TlsContext, std::string> TlsContext::load(
    const std::string& certificate_file, const std::string& key_file
) {
    if (auto flaw = permission_flaw(key_file)) return Fail{std::move(*flaw)};

    TlsContext made(SSL_CTX_new(TLS_server_method()));
    auto* context = made.context_.get();
    if (context == nullptr || !set_rules(context)) {
        return Fail{"OpenSSL cannot be set up for TLS: " + last_error()};
    }
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
        return Fail{
            "cannot read the TLS certificate " + certificate_file + ": " + last_error() +
            "; it must be a PEM file with the server's certificate first, then its chain"
        };
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return Fail{
            "cannot use the TLS key " + key_file + ": " + last_error() +
            "; it must be an unencrypted PEM file, and belong to the certificate " +
            certificate_file
        };
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        return Fail{
            "the TLS key " + key_file + " does not belong to the certificate " + certificate_file
        };
    }
    return made;
}

std::unique_ptr<TlsSession> TlsContext::open(int descriptor) const {
    SSL* session = SSL_new(context_.get());
    if (session == nullptr) return nullptr;
    auto made = std::make_unique<TlsSession>(session);
    if (SSL_set_fd(session, descriptor) != 1) return nullptr;
    SSL_set_accept_state(session);
    return made;
}

Io TlsSession::result(int returned) {
    if (returned > 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
    const int error = SSL_get_error(session_.get(), returned);
    // The queue is per thread: what stays in it would be read as the next session's failure.
    ERR_clear_error();
    switch (error) {
        case SSL_ERROR_WANT_READ:
            return {IoStatus::wants_readable};
        case SSL_ERROR_WANT_WRITE:
            return {IoStatus::wants_writable};
        case SSL_ERROR_ZERO_RETURN:
            return {IoStatus::ended};
        default:
            return {IoStatus::failed};
    }
}

Io TlsSession::handshake() {
    ERR_clear_error();
    return result(SSL_do_handshake(session_.get()));
}

Io TlsSession::read(std::span<char> out) {
    ERR_clear_error();
    return result(SSL_read(session_.get(), out.data(), clamp_to_int(out.size())));
}

Io TlsSession::write(std::string_view bytes) {
    ERR_clear_error();
    return result(SSL_write(session_.get(), bytes.data(), clamp_to_int(bytes.size())));
}

void TlsSession::close_write() {
    if (SSL_is_init_finished(session_.get()) == 0) return;
    ERR_clear_error();
    (void)SSL_shutdown(session_.get());  // best effort: the peer may be gone already
    ERR_clear_error();
}

bool TlsSession::has_pending() const {
    return SSL_has_pending(session_.get()) != 0;
}

}  // namespace latchkey::http
