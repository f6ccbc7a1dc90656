// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstddef>

namespace latchkey::bench {

/// Allocations since the start of the process. One thread only.
struct Allocations {
    std::size_t ours = 0;  // by operator new
    std::size_t openssl = 0;
};

/// Starts to count those of OpenSSL; to be called before OpenSSL has allocated anything.
void count_allocations();

Allocations allocations();

}  // namespace latchkey::bench
