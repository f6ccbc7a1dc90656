// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <ctime>

namespace latchkey::bench {

/// What the process (CLOCK_PROCESS_CPUTIME_ID) or the calling thread (CLOCK_THREAD_CPUTIME_ID) has
/// spent so far, in microseconds.
inline double cpu_microseconds(clockid_t whose) {
    timespec spent{};
    clock_gettime(whose, &spent);
    return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

}  // namespace latchkey::bench
