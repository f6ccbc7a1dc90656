// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/http_peer.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace latchkey::test {
namespace {

/// Whether the request has all of its body, by its Content-Length.
bool is_whole(const std::string& request) {
    constexpr std::string_view header = "Content-Length: ";
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto length = request.find(header);
    if (length == std::string::npos || length > end) return true;
    std::size_t body = 0;
    const char* const digits = request.data() + length + header.size();
    std::from_chars(digits, request.data() + end, body);
    return request.size() >= end + 4 + body;
}

}  // namespace

HttpPeer::HttpPeer(std::string answer) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const bool is_open = listener_ >= 0 && ::bind(listener_, generic, size) == 0 &&
                         ::listen(listener_, 1) == 0 &&
                         ::getsockname(listener_, generic, &size) == 0;
    if (!is_open) throw std::runtime_error("no server on loopback");
    port_ = ntohs(address.sin_port);
    thread_ =
        std::thread([this, answer = std::move(answer)] { promise_.set_value(serve(answer)); });
}

HttpPeer::~HttpPeer() {
    ::shutdown(listener_, SHUT_RDWR);  // ends a wait for somebody who never came
    thread_.join();
    ::close(listener_);
}

std::string HttpPeer::request() {
    return promise_.get_future().get();
}

std::string HttpPeer::serve(const std::string& answer) const {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return {};
    std::string request;
    std::array<char, 4'096> buffer{};
    while (!is_whole(request)) {
        const auto count = ::recv(connection, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        request.append(buffer.data(), static_cast<std::size_t>(count));
    }
    for (std::size_t sent = 0; sent < answer.size();) {
        const auto count =
            ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
    }
    ::close(connection);
    return request;
}

}  // namespace latchkey::test
