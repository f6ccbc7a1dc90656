// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"

#include "base/encoding.hpp"
#include "base/try.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::json {
namespace {

using enum ParseError;

/// Whether a character of a string is neither its end nor an escape nor a control character.
bool stands_for_itself(char character) {
    return character != '"' && character != '\\' && static_cast<unsigned char>(character) >= 0x20;
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3fU));
    } else if (code_point < 0x10000) {
        put(0xe0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    } else {
        put(0xf0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3fU));
        put(0x80U | ((code_point >> 6U) & 0x3fU));
        put(0x80U | (code_point & 0x3fU));
    }
}

/// Sorts instead of comparing each with each: an object of thousands of keys stays cheap.
bool has_duplicate_key(const Object& object) {
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const auto& [key, value] : object) {
        keys.emplace_back(key);
    }
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) != keys.end();
}

/// A recursive descent over the grammar of RFC 8259; its depth is bounded by Limits::depth.
class Reader {
public:
    Reader(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

    Result<Value, ParseError> read_text() {
        skip_space();
        Value value = TRY(read_value(0));
        skip_space();
        if (position_ != text_.size()) return Fail{trailing_data};
        return value;
    }

private:
    /// The next character, or NUL at the end: no token starts with NUL.
    [[nodiscard]] char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

    bool skip(std::string_view expected) {
        if (!text_.substr(position_).starts_with(expected)) return false;
        position_ += expected.size();
        return true;
    }

    /// Section 2: only these four are white space.
    void skip_space() {
        position_ = std::min(text_.find_first_not_of(" \t\n\r", position_), text_.size());
    }

    Result<Value, ParseError> read_value(std::size_t depth) {
        if (++values_ > limits_.values) return Fail{too_many};
        switch (peek()) {
            case '{':
                return read_object(depth + 1);
            case '[':
                return read_array(depth + 1);
            case '"':
                return Value(TRY(read_string()));
            case 't':
                return read_word("true", true);
            case 'f':
                return read_word("false", false);
            case 'n':
                return read_word("null", nullptr);
            default:
                return read_number();
        }
    }

    Result<Value, ParseError> read_word(std::string_view word, Value value) {
        if (!skip(word)) return Fail{syntax};
        return value;
    }

    Result<Value, ParseError> read_array(std::size_t depth) {
        if (depth > limits_.depth) return Fail{too_deep};
        ++position_;
        Array array;
        skip_space();
        if (skip("]")) return Value(std::move(array));
        while (true) {
            skip_space();
            array.push_back(TRY(read_value(depth)));
            skip_space();
            if (skip("]")) return Value(std::move(array));
            if (!skip(",")) return Fail{syntax};
        }
    }

    Result<Value, ParseError> read_object(std::size_t depth) {
        if (depth > limits_.depth) return Fail{too_deep};
        ++position_;
        Object object;
        skip_space();
        if (skip("}")) return Value(std::move(object));
        do {
            skip_space();
            std::string key = TRY(read_string());
            skip_space();
            if (!skip(":")) return Fail{syntax};
            skip_space();
            object.emplace_back(std::move(key), TRY(read_value(depth)));
            skip_space();
        } while (skip(","));
        if (!skip("}")) return Fail{syntax};
        if (has_duplicate_key(object)) return Fail{duplicate_key};
        return Value(std::move(object));
    }

    Result<std::string, ParseError> read_string() {
        if (!skip("\"")) return Fail{syntax};
        std::string out;
        while (true) {
            const std::size_t begin = position_;
            while (position_ < text_.size() && stands_for_itself(text_[position_])) {
                ++position_;
            }
            out += text_.substr(begin, position_ - begin);
            if (skip("\"")) return out;
            if (!skip("\\")) return Fail{syntax};
            append_utf8(out, TRY(read_escape()));
        }
    }

    Result<std::uint32_t, ParseError> read_escape() {
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char name = peek();
        ++position_;
        if (name == 'u') return read_escaped_code_point();
        const std::size_t i = names.find(name);
        if (i == std::string_view::npos) return Fail{syntax};
        return static_cast<unsigned char>(meanings[i]);
    }

    Result<std::uint32_t, ParseError> read_escaped_code_point() {
        const std::uint32_t first = TRY(read_four_hex());
        if (first < 0xd800 || first > 0xdfff) return first;
        if (first > 0xdbff || !skip("\\u")) return Fail{bad_unicode};
        const std::uint32_t second = TRY(read_four_hex());
        if (second < 0xdc00 || second > 0xdfff) return Fail{bad_unicode};
        return 0x10000U + ((first - 0xd800U) << 10U) + (second - 0xdc00U);
    }

    Result<std::uint32_t, ParseError> read_four_hex() {
        const std::optional<Bytes> bytes = hex_decode(text_.substr(position_, 4));
        if (!bytes || bytes->size() != 2) return Fail{syntax};
        position_ += 4;
        return std::to_integer<std::uint32_t>(bytes->at(0)) * 256U +
               std::to_integer<std::uint32_t>(bytes->at(1));
    }

    bool skip_digits() {
        const std::size_t begin = position_;
        while (is_digit(peek())) {
            ++position_;
        }
        return position_ > begin;
    }

    Result<Value, ParseError> read_number() {
        const std::size_t begin = position_;
        skip("-");
        const bool leads_with_zero = peek() == '0';
        const std::size_t digits_begin = position_;
        if (!skip_digits()) return Fail{syntax};
        if (leads_with_zero && position_ - digits_begin > 1) return Fail{syntax};
        bool is_integer = true;
        if (skip(".")) {
            is_integer = false;
            if (!skip_digits()) return Fail{syntax};
        }
        if (skip("e") || skip("E")) {
            is_integer = false;
            if (!skip("+")) skip("-");
            if (!skip_digits()) return Fail{syntax};
        }
        const std::string_view digits = text_.substr(begin, position_ - begin);
        return is_integer ? convert<std::int64_t>(digits) : convert<double>(digits);
    }

    template <class Number>
    static Result<Value, ParseError> convert(std::string_view digits) {
        Number number{};
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc()) return Fail{number_range};
        return Value(number);
    }

    std::string_view text_;
    Limits limits_;
    std::size_t position_ = 0;
    std::size_t values_ = 0;
};

}  // namespace

Value::Value(std::nullptr_t) : data_(nullptr) {}

Value::Value(bool value) : data_(value) {}

Value::Value(int value) : data_(std::int64_t{value}) {}

Value::Value(std::int64_t value) : data_(value) {}

Value::Value(std::uint32_t value) : data_(std::int64_t{value}) {}

Value::Value(double value) : data_(value) {}

Value::Value(const char* value) : data_(std::string(value)) {}

Value::Value(std::string_view value) : data_(std::string(value)) {}

Value::Value(std::string value) : data_(std::move(value)) {}

Value::Value(Array value) : data_(std::move(value)) {}

Value::Value(Object value) : data_(std::move(value)) {}

Value::Value(const Value& other) = default;

Value::Value(Value&& other) noexcept = default;

Value& Value::operator=(const Value& other) = default;

Value& Value::operator=(Value&& other) noexcept = default;

Value::~Value() = default;

bool Value::operator==(const Value& other) const = default;

const Value* Value::find(std::string_view key) const {
    const Object* object = as_object();
    if (object == nullptr) return nullptr;
    const auto found = std::ranges::find(*object, key, &Member::first);
    return found == object->end() ? nullptr : &found->second;
}

const std::string* Value::find_string(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? nullptr : value->as_string();
}

void Value::set(std::string key, Value value) {
    if (is_null()) data_ = Object{};
    auto* object = std::get_if<Object>(&data_);
    LATCHKEY_ASSERT(object != nullptr);
    const auto found = std::ranges::find(*object, key, &Member::first);
    if (found == object->end()) {
        object->emplace_back(std::move(key), std::move(value));
    } else {
        found->second = std::move(value);
    }
}

Value object(std::initializer_list<Member> members) {
    Value value{Object{}};
    for (const auto& [key, member] : members) {
        value.set(key, member);
    }
    return value;
}

Result<Value, ParseError> parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.bytes) return Fail{too_large};
    if (!is_utf8(text)) return Fail{bad_unicode};
    return Reader(text, limits).read_text();
}

}  // namespace latchkey::json
