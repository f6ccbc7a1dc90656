// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <compare>
#include <utility>

namespace latchkey {

/// A value that cannot be mistaken for another of the same representation: `Tag` is an
/// incomplete type that gives it its name. Made explicitly, read with `value()`.
template <class Tag, class Value>
class Strong {
public:
    using value_type = Value;

    Strong() = default;

    explicit Strong(Value value) : value_(std::move(value)) {}

    [[nodiscard]] const Value& value() const { return value_; }

    auto operator<=>(const Strong&) const = default;
    bool operator==(const Strong&) const = default;

private:
    Value value_{};
};

}  // namespace latchkey
