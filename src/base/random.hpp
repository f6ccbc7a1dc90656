// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace latchkey {

/// Where the shell gets unpredictable bytes from. Pure code takes the bytes. Thread-safe.
/// An implementation that cannot deliver stops the process: nothing goes on with weak bytes.
class Random {
public:
    Random() = default;
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;
    Random(Random&&) = delete;
    Random& operator=(Random&&) = delete;
    virtual ~Random() = default;

    virtual void fill(std::span<std::byte> out) = 0;

    template <std::size_t Size>
    std::array<std::byte, Size> bytes() {
        std::array<std::byte, Size> out{};
        fill(out);
        return out;
    }
};

}  // namespace latchkey
