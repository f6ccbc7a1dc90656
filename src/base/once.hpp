// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace latchkey {

template <class Signature>
class Once;

/// A callable that owns what it captured, moves, and is called at most once:
/// std::move_only_function, which the standard library of g++ 12 lacks in C++20.
template <class R, class... Arguments>
class Once<R(Arguments...)> {
public:
    Once() = default;

    // In this order: a copy of Once is refused before R, which may be incomplete, is looked at.
    template <class Function>
        requires(!std::same_as<std::remove_cvref_t<Function>, Once>) &&
                std::is_invocable_r_v<R, std::remove_cvref_t<Function>, Arguments...>
    Once(Function&& function)
        : held_(std::make_unique<Model<std::remove_cvref_t<Function>>>(
              std::forward<Function>(function)
          )) {}

    explicit operator bool() const { return held_ != nullptr; }

    /// Calls it and gives up what it captured. A second call stops the process.
    R operator()(Arguments... arguments) && {
        LATCHKEY_ASSERT(held_ != nullptr);
        return std::exchange(held_, nullptr)->call(std::forward<Arguments>(arguments)...);
    }

private:
    struct Base {
        Base() = default;
        Base(const Base&) = delete;
        Base& operator=(const Base&) = delete;
        Base(Base&&) = delete;
        Base& operator=(Base&&) = delete;
        virtual ~Base() = default;
        virtual R call(Arguments... arguments) = 0;
    };

    template <class Function>
    struct Model final : Base {
        explicit Model(Function given) : function(std::move(given)) {}

        R call(Arguments... arguments) override {
            return std::move(function)(std::forward<Arguments>(arguments)...);
        }

        Function function;
    };

    std::unique_ptr<Base> held_;
};

}  // namespace latchkey
