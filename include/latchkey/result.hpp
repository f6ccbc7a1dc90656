// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

/// Stops the process when a statement about our own code is false. Never for input; on in release.
#define LATCHKEY_ASSERT(condition)                                                                 \
    ((condition)                                                                                   \
         ? void()                                                                                  \
         : (std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition), \
            std::abort()))

namespace latchkey {

/// An error on its way into a Result: `return Fail{Reason::too_long};`
template <class Error>
struct Fail {
    Error error;
};

template <class Error>
Fail(Error) -> Fail<Error>;

/// Either a value or an error; never neither. Reading the side that is not there stops the
/// process. Every domain names its own error type: `template <class T> using Result =
/// latchkey::Result<T, Reason>`.
template <class T, class Error>
class [[nodiscard]] Result {
    using Held = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    template <class U>
    static constexpr bool is_value = !std::is_void_v<T> && std::is_convertible_v<U, Held> &&
                                     !std::is_same_v<std::remove_cvref_t<U>, Result>;

public:
    Result()
        requires std::is_void_v<T>
    = default;

    template <class U = Held>
        requires is_value<U>
    Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

    template <class E>
        requires std::is_convertible_v<E, Error>
    Result(Fail<E> fail) : state_(std::in_place_index<1>, std::move(fail.error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }

    explicit operator bool() const { return has_value(); }

    [[nodiscard]] const Held& value() const& {
        LATCHKEY_ASSERT(has_value());
        return *std::get_if<0>(&state_);
    }

    [[nodiscard]] Held& value() & {
        LATCHKEY_ASSERT(has_value());
        return *std::get_if<0>(&state_);
    }

    Held&& value() && {  // not nodiscard: clang would warn of TRY on a Result<void>
        LATCHKEY_ASSERT(has_value());
        return std::move(*std::get_if<0>(&state_));
    }

    const Held* operator->() const { return &value(); }

    Held* operator->() { return &value(); }

    const Held& operator*() const& { return value(); }

    Held& operator*() & { return value(); }

    Held&& operator*() && { return std::move(*this).value(); }

    [[nodiscard]] const Error& error() const {
        const Error* error = std::get_if<1>(&state_);
        LATCHKEY_ASSERT(error != nullptr);
        return *error;
    }

private:
    std::variant<Held, Error> state_;
};

}  // namespace latchkey
