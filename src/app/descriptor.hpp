// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <utility>

#include <unistd.h>

namespace latchkey::app {

/// An open file or socket, closed at the end.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}

    Descriptor& operator=(Descriptor&&) = delete;

    ~Descriptor() {
        if (value_ >= 0) close(value_);
    }

    [[nodiscard]] int get() const { return value_; }

    [[nodiscard]] bool is_open() const { return value_ >= 0; }

private:
    int value_;
};

}  // namespace latchkey::app
