// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/service_manager.hpp"

#include "app/descriptor.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

namespace latchkey::app {

namespace {

std::string last_error() {
    return std::string("cannot write to NOTIFY_SOCKET: ") + std::strerror(errno);
}

}  // namespace

std::optional<std::string> tell_service_manager(std::string_view state) {
    const char* const name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr) return std::nullopt;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::strlen(name);
    const bool is_known = name[0] == '/' || name[0] == '@';
    if (!is_known || size >= sizeof address.sun_path) return "NOTIFY_SOCKET names no Unix socket";
    std::memcpy(address.sun_path, name, size);
    if (name[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return last_error();
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
    const ssize_t sent = ::sendto(
        socket.get(),
        state.data(),
        state.size(),
        MSG_NOSIGNAL,
        reinterpret_cast<const sockaddr*>(&address),
        length
    );
    if (sent == static_cast<ssize_t>(state.size())) return std::nullopt;
    return last_error();
}

}  // namespace latchkey::app
