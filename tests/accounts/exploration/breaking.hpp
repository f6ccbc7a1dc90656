// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/sign_in.hpp"

#include <variant>
#include <vector>

/// How a decision is broken.
namespace latchkey::accounts {

template <class T>
Result<Decision> without(Result<Decision> decided) {
    if (!decided) return decided;
    std::erase_if(decided->changes, [](const Change& change) {
        return std::holds_alternative<T>(change);
    });
    return decided;
}

/// Calls `mend` with each change of the type, to be altered in place.
template <class T, class Mend>
Result<Decision> with_each(Result<Decision> decided, Mend mend) {
    if (!decided) return decided;
    for (Change& change : decided->changes) {
        if (T* one = std::get_if<T>(&change)) mend(*one);
    }
    return decided;
}

}  // namespace latchkey::accounts
