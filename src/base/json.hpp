// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::json {

class Value;

using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

/// Members in the order in which they were written. Keys are unique.
using Object = std::vector<Member>;

/// A JSON value (RFC 8259). Numbers are integers or doubles; there is no implicit conversion.
class Value {
public:
    using Data =
        std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object>;

    Value(std::nullptr_t = nullptr);
    Value(bool value);
    Value(int value);
    Value(std::int64_t value);
    Value(std::uint32_t value);
    Value(double value);
    Value(const char* value);
    Value(std::string_view value);
    Value(std::string value);
    Value(Array value);
    Value(Object value);

    // They visit every alternative: compiled once, and not in every file that touches JSON.
    Value(const Value& other);
    Value(Value&& other) noexcept;
    Value& operator=(const Value& other);
    Value& operator=(Value&& other) noexcept;
    ~Value();

    [[nodiscard]] const Data& data() const { return data_; }

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }

    /// The value as that type, or nullptr if it is another.
    [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }

    [[nodiscard]] const std::int64_t* as_integer() const {
        return std::get_if<std::int64_t>(&data_);
    }

    [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }

    [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }

    [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }

    /// The member `key` of an object, or nullptr: not an object, or no such member.
    [[nodiscard]] const Value* find(std::string_view key) const;

    /// The member `key` if it is a string, else nullptr.
    [[nodiscard]] const std::string* find_string(std::string_view key) const;

    /// Sets a member of an object (a null becomes an object first); replaces one of the same key.
    /// Stops the process if the value is neither.
    void set(std::string key, Value value);

    bool operator==(const Value& other) const;

private:
    Data data_;
};

/// An object from pairs: `object({{"id", 1}, {"name", "Ada"}})`.
Value object(std::initializer_list<Member> members);

enum class ParseError : std::uint8_t {
    too_large,      // more bytes than Limits::bytes
    too_deep,       // more nested arrays and objects than Limits::depth
    too_many,       // more values in all than Limits::values
    syntax,         // not JSON by RFC 8259; comments, trailing commas and the like included
    duplicate_key,  // an object has the same key twice (after unescaping)
    bad_unicode,    // not UTF-8, or a lone surrogate in an escape
    number_range,   // an integer beyond 64 bits, or a number too large or too small for a double
    trailing_data,  // something follows the value
};

struct Limits {
    std::size_t bytes = 65'536;
    std::size_t depth = 8;
    std::size_t values = 4'096;
};

/// Reads one JSON text, strictly.
Result<Value, ParseError> parse(std::string_view text, const Limits& limits = {});

/// Writes compact JSON. `<`, `>`, `&`, U+2028 and U+2029 are escaped, so that the text can stand
/// inside an HTML page. Strings must be UTF-8: bytes that are not become U+FFFD. A double must be
/// finite (JSON has no other): one that is not stops the process.
std::string write(const Value& value);

}  // namespace latchkey::json
