// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace latchkey {

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(std::span<std::byte> memory);

/// Holds a secret: cannot be printed or copied, and wipes itself. `reveal()` is the one way in,
/// so that a search for it finds each place where a secret is used.
template <class Container>
class Secret {
public:
    Secret() = default;

    explicit Secret(Container value) {
        std::swap(value_, value);
        erase(value);
    }

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }

    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            clear();
            value_ = std::move(other.value_);
            other.clear();
        }
        return *this;
    }

    ~Secret() { clear(); }

    [[nodiscard]] const Container& reveal() const { return value_; }

    /// A second holder of the same secret, made on purpose.
    [[nodiscard]] Secret clone() const { return Secret(value_); }

private:
    void clear() { erase(value_); }

    /// A short string that was moved from still holds its characters, beyond its size: so all of
    /// the capacity is overwritten.
    static void erase(Container& container) {
        constexpr bool can_grow = requires { container.resize(container.capacity()); };
        if constexpr (can_grow) container.resize(container.capacity());
        wipe(std::as_writable_bytes(std::span(container.data(), container.size())));
        if constexpr (can_grow) container.clear();
    }

    Container value_{};
};

using SecretText = Secret<std::string>;
using SecretBytes = Secret<Bytes>;
using SecretKey = Secret<std::array<std::byte, 32>>;

}  // namespace latchkey
