// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/tls_client.hpp"

#include "http/tls_files.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace latchkey::test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using File = std::unique_ptr<std::FILE, OpensslFree<std::fclose>>;

[[noreturn]] void give_up(std::string_view what) {
    throw std::runtime_error("TLS test support: " + std::string(what));
}

File open_file(const std::string& path) {
    File file(std::fopen(path.c_str(), "w"));
    if (file == nullptr) give_up(path);
    return file;
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Key write_key(const std::string& path, std::string_view passphrase) {
    Key key(EVP_EC_gen("P-256"));
    const bool is_encrypted = !passphrase.empty();
    const int written = PEM_write_PrivateKey(
        open_file(path).get(),
        key.get(),
        is_encrypted ? EVP_aes_256_cbc() : nullptr,
        is_encrypted ? octets(passphrase) : nullptr,
        static_cast<int>(passphrase.size()),
        nullptr,
        nullptr
    );
    if (written != 1 || ::chmod(path.c_str(), 0600) != 0) give_up("write key");
    return key;
}

Certificate self_signed(EVP_PKEY* key) {
    Certificate made(X509_new());
    auto* name = X509_get_subject_name(made.get());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3'600);
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, octets("localhost"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    if (X509_sign(made.get(), key, EVP_sha256()) == 0) give_up("sign certificate");
    return made;
}

int connect_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(made, to, sizeof address) != 0) give_up(std::strerror(errno));
    return made;
}

}  // namespace

TlsFolder::TlsFolder() {
    path_ = (std::filesystem::temp_directory_path() / "latchkey-tls-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) give_up("mkdtemp");
    const auto key = write_key(file("key.pem"), {});
    const auto certificate = self_signed(key.get());
    const auto out = open_file(file("certificate.pem"));
    if (PEM_write_X509(out.get(), certificate.get()) != 1) give_up("write certificate");
}

TlsFolder::~TlsFolder() {
    std::filesystem::remove_all(path_);
}

std::string TlsFolder::file(std::string_view name) const {
    return path_ + "/" + std::string(name);
}

http::TlsFiles TlsFolder::files() const {
    return {.certificate = file("certificate.pem"), .key = file("key.pem")};
}

void TlsFolder::add_key(std::string_view name, std::string_view passphrase) const {
    (void)write_key(file(name), passphrase);
}

void TlsFolder::set_mode(std::string_view name, unsigned mode) const {
    if (::chmod(file(name).c_str(), mode) != 0) give_up("chmod");
}

void TlsFolder::take(std::string_view name, const TlsFolder& from) const {
    const std::string next = file(name) + ".next";
    std::filesystem::copy_file(from.file(name), next);
    std::filesystem::rename(next, file(name));  // as certbot and others do: never half a file
}

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())), socket_(connect_to(port)) {
    SSL_CTX_set_security_level(context_.get(), 0);  // or it would not even offer what is old
    SSL_CTX_set_min_proto_version(context_.get(), options.lowest);
    SSL_CTX_set_max_proto_version(context_.get(), options.highest);
    if (SSL_CTX_set_cipher_list(context_.get(), options.suites.c_str()) != 1) give_up("suites");
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), socket_);
    if (!options.protocols.empty()) {
        const auto size = static_cast<unsigned>(options.protocols.size());
        SSL_set_alpn_protos(session_.get(), octets(options.protocols), size);
    }
    if (options.resumed != nullptr) SSL_set_session(session_.get(), options.resumed);
    is_connected_ = SSL_connect(session_.get()) == 1;
    ERR_clear_error();
}

TlsClient::~TlsClient() {
    session_.reset();
    ::close(socket_);
}

void TlsClient::send(std::string_view bytes) const {
    const auto size = static_cast<int>(bytes.size());
    if (SSL_write(session_.get(), bytes.data(), size) != size) give_up("write");
}

std::string TlsClient::read_until(std::string_view end) const {
    std::string all;
    std::array<char, 16'384> bytes{};
    while (all.find(end) == std::string::npos) {
        const int count = SSL_read(session_.get(), bytes.data(), bytes.size());
        if (count <= 0) break;
        all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return all;
}

std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>> TlsClient::take_session() const {
    return std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>(
        SSL_get1_session(session_.get())
    );
}

std::string TlsClient::certificate() const {
    X509* const shown = SSL_get0_peer_certificate(session_.get());
    if (shown == nullptr) give_up("no certificate");
    std::string der(static_cast<std::size_t>(i2d_X509(shown, nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    if (i2d_X509(shown, &out) <= 0) give_up("certificate as DER");
    return der;
}

bool has_no_openssl_errors() {
    return ERR_peek_error() == 0;
}

}  // namespace latchkey::test
