// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// Where libFuzzer calls in, for all targets.
extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming): libFuzzer's name
    const std::uint8_t* data,
    std::size_t size
) {
    latchkey::fuzz::run(std::as_bytes(std::span(data, size)));
    return 0;
}
