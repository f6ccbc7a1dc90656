// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <utility>

/// The value of a Result, or an early return of its error from the enclosing plain function
/// (never in a coroutine: g++ 12 miscompiles that). Ours alone: a macro of three letters has no
/// place in the public headers.
#define TRY(expression)                                                           \
    __extension__({                                                               \
        auto try_result = (expression);                                           \
        if (!try_result.has_value()) return ::latchkey::Fail{try_result.error()}; \
        std::move(try_result).value();                                            \
    })
