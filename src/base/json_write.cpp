// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace latchkey::json {
namespace {

void write_unicode_escape(std::string& out, unsigned code_unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out += digits[(code_unit >> shift) & 0x0fU];
    }
}

bool is_plain(char c) {
    const auto code = static_cast<unsigned char>(c);
    return code >= 0x20 && code < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/// One byte below 0x80 that is not plain.
void write_ascii(std::string& out, char character) {
    constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
    constexpr std::string_view names = "\"\\bfnrt";
    const auto code = static_cast<unsigned char>(character);
    if (const std::size_t i = meanings.find(character); i != std::string_view::npos) {
        out += '\\';
        out += names[i];
    } else {
        write_unicode_escape(out, code);
    }
}

void write_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        // Almost all of what we write is plain: whole runs at a time.
        const auto run = std::ranges::find_if_not(text, is_plain) - text.begin();
        out += text.substr(0, static_cast<std::size_t>(run));
        text.remove_prefix(static_cast<std::size_t>(run));
        if (text.empty()) break;
        const std::size_t length = utf8_length(text);
        const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (length == 1) {
            write_ascii(out, sequence.front());
        } else if (sequence == "\xe2\x80\xa8") {
            write_unicode_escape(out, 0x2028);
        } else if (sequence == "\xe2\x80\xa9") {
            write_unicode_escape(out, 0x2029);
        } else {
            out += sequence;
        }
        text.remove_prefix(sequence.size());
    }
    out += '"';
}

template <class Number>
std::string_view digits_of(Number number, std::array<char, 32>& buffer) {
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    LATCHKEY_ASSERT(error == std::errc());
    return {buffer.data(), end};
}

void write_value(std::string& out, const Value& value);

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void operator()(std::nullptr_t) const { out_ += "null"; }

    void operator()(bool value) const { out_ += value ? "true" : "false"; }

    void operator()(std::int64_t value) const {
        std::array<char, 32> buffer{};
        out_ += digits_of(value, buffer);
    }

    void operator()(double value) const {
        LATCHKEY_ASSERT(std::isfinite(value));
        std::array<char, 32> buffer{};
        const std::string_view digits = digits_of(value, buffer);
        out_ += digits;
        // Read again it must be a double, not an integer.
        if (digits.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    }

    void operator()(const std::string& value) const { write_string(out_, value); }

    void operator()(const Array& array) const {
        out_ += '[';
        bool is_first = true;
        for (const Value& element : array) {
            if (!is_first) out_ += ',';
            is_first = false;
            write_value(out_, element);
        }
        out_ += ']';
    }

    void operator()(const Object& object) const {
        out_ += '{';
        bool is_first = true;
        for (const auto& [key, member] : object) {
            if (!is_first) out_ += ',';
            is_first = false;
            write_string(out_, key);
            out_ += ':';
            write_value(out_, member);
        }
        out_ += '}';
    }

private:
    std::string& out_;
};

void write_value(std::string& out, const Value& value) {
    std::visit(Writer(out), value.data());
}

}  // namespace

std::string write(const Value& value) {
    std::string out;
    write_value(out, value);
    return out;
}

}  // namespace latchkey::json
