// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/descriptor_limit.hpp"

#include "app/origin.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fmt/core.h>
#include <sys/resource.h>

namespace latchkey::app {

Result<std::size_t, Wrong> fit_connections(std::size_t wanted) {
    constexpr std::size_t fewest = 64;
    rlimit limit{};
    LATCHKEY_ASSERT(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    // The soft limit is low for programs that use select(), which is none of ours.
    const bool is_raised = limit.rlim_cur == limit.rlim_max;
    limit.rlim_cur = limit.rlim_max;
    if (!is_raised && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return Fail{Wrong{
            fmt::format(
                "cannot raise the limit of open files to {}: {}",
                limit.rlim_max,
                std::strerror(errno)
            ),
            "look at what limits this process: ulimit -n, ulimit -Hn"
        }};
    }
    if (limit.rlim_max < reserved_descriptors + fewest) {
        return Fail{Wrong{
            fmt::format(
                "this process may open {} files, and needs {} at least",
                limit.rlim_max,
                reserved_descriptors + fewest
            ),
            "raise the hard limit of open files: LimitNOFILE= of the systemd unit, ulimit -Hn in a "
            "shell"
        }};
    }
    return std::min<std::size_t>(wanted, limit.rlim_max - reserved_descriptors);
}

}  // namespace latchkey::app
