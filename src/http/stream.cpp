// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/stream.hpp"

#include "base/once.hpp"
#include "http/io.hpp"
#include "http/stream_socket.hpp"
#include "http/tls.hpp"
#include "http/tls_files.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace latchkey::http {

namespace {

namespace asio = boost::asio;

/// Up to here a response is one TLS record, written from one piece of memory.
constexpr std::size_t tls_record_bytes = 16'384;

}  // namespace

Stream::Stream(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}

Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

bool Stream::secure(const CurrentTls& tls) {
    tls_ = tls.open(socket_->tcp.native_handle());
    return tls_ != nullptr;
}

Io Stream::handshake() {
    return tls_ == nullptr ? Io{IoStatus::done} : tls_->handshake();
}

Io Stream::read(std::span<char> out) {
    if (tls_ != nullptr) return tls_->read(out);
    boost::system::error_code error;
    const auto bytes = socket_->tcp.read_some(asio::buffer(out.data(), out.size()), error);
    if (!error) return {IoStatus::done, bytes};
    if (error == asio::error::would_block) return {IoStatus::wants_readable};
    return {error == asio::error::eof ? IoStatus::ended : IoStatus::failed};
}

Io Stream::write(std::string_view first, std::string_view second) {
    if (tls_ != nullptr) {
        if (first.empty()) return tls_->write(second);
        if (second.empty() || first.size() + second.size() > tls_record_bytes) {
            return tls_->write(first);
        }
        return tls_->write(std::string(first).append(second));
    }
    const std::array buffers{
        asio::buffer(first.data(), first.size()), asio::buffer(second.data(), second.size())
    };
    boost::system::error_code error;
    const auto bytes = socket_->tcp.write_some(buffers, error);
    if (!error) return {IoStatus::done, bytes};
    if (error == asio::error::would_block) return {IoStatus::wants_writable};
    return {IoStatus::failed};
}

bool Stream::has_pending() const {
    return tls_ != nullptr && tls_->has_pending();
}

void Stream::wait(Readiness readiness, Once<void()> then) {
    const auto type =
        readiness == Readiness::readable ? TcpSocket::wait_read : TcpSocket::wait_write;
    socket_->tcp.async_wait(type, [then = std::move(then)](auto error) mutable {
        if (error != asio::error::operation_aborted) std::move(then)();
    });
}

void Stream::close_write() {
    if (tls_ != nullptr) tls_->close_write();
    boost::system::error_code ignored;  // the peer may be gone already
    socket_->tcp.shutdown(TcpSocket::shutdown_send, ignored);
}

void Stream::abort() {
    boost::system::error_code ignored;  // then it is an ordinary close
    socket_->tcp.set_option(TcpSocket::linger(true, 0), ignored);
    close();
}

void Stream::close() {
    boost::system::error_code ignored;  // the descriptor is released either way
    socket_->tcp.close(ignored);
}

}  // namespace latchkey::http
