// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>
#include <cstdint>

namespace latchkey::http {

/// How a non-blocking operation on a connection went.
enum class IoStatus : std::uint8_t {
    done,            // all or a part: `bytes` says how much
    wants_readable,  // again, when the socket is readable
    wants_writable,  // again, when the socket is writable
    ended,           // the peer will send no more
    failed,          // the connection is of no further use
};

struct Io {
    IoStatus status = IoStatus::failed;
    std::size_t bytes = 0;
};

}  // namespace latchkey::http
