// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <thread>

namespace latchkey::test {

/// A server on loopback that reads one request and answers it with exactly these bytes: for answers
/// that real servers give seldom, or never.
class HttpPeer {
public:
    explicit HttpPeer(std::string answer);
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;
    HttpPeer(HttpPeer&&) = delete;
    HttpPeer& operator=(HttpPeer&&) = delete;
    ~HttpPeer();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// The request, when it has been answered.
    std::string request();

private:
    std::string serve(const std::string& answer) const;

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::promise<std::string> promise_;
    std::thread thread_;
};

}  // namespace latchkey::test
