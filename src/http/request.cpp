// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/request.hpp"

#include "base/encoding.hpp"
#include "http/limits.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One name or value of a form: `+` is a space, then percent-decoding, then UTF-8 without NUL.
std::optional<std::string> decode_form_text(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    auto decoded = percent_decode(spaced);
    if (!decoded || !is_utf8(*decoded) || decoded->find('\0') != std::string::npos) {
        return std::nullopt;
    }
    return decoded;
}

Pairs::const_iterator find_name(const Pairs& pairs, std::string_view name) {
    return std::ranges::find(pairs, name, &Pairs::value_type::first);
}

}  // namespace

const std::string* Form::find(std::string_view name) const {
    const auto found = find_name(fields_, name);
    return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Form::get(std::string_view name) const {
    const auto* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::optional<Form> parse_form(std::string_view text) {
    if (text.size() > limits::form_bytes) return std::nullopt;
    Pairs fields;
    while (!text.empty()) {
        auto value = take_until(text, '&');
        if (value.empty()) continue;
        if (fields.size() == limits::form_fields) return std::nullopt;

        auto name = decode_form_text(take_until(value, '='));
        auto decoded = decode_form_text(value);
        if (!name || !decoded) return std::nullopt;
        if (name->empty() || std::ranges::any_of(*name, is_control)) return std::nullopt;
        if (find_name(fields, *name) != fields.end()) return std::nullopt;
        fields.emplace_back(std::move(*name), std::move(*decoded));
    }
    return Form(std::move(fields));
}

std::optional<Pairs> parse_cookies(std::string_view text) {
    Pairs cookies;
    while (!text.empty()) {
        auto value = trim(take_until(text, ';'));
        const auto equals = value.find('=');
        // A browser sends what other programs on this host have set, however odd: not ours, skip.
        if (equals == std::string_view::npos || !is_token(value.substr(0, equals))) continue;
        if (cookies.size() == limits::cookies) return std::nullopt;
        cookies.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    }
    return cookies;
}

Representation parse_accept(std::string_view text) {
    while (!text.empty()) {
        auto parameters = take_until(text, ',');
        const auto type = trim(take_until(parameters, ';'));
        if (equals_ignoring_case(type, "application/json")) return Representation::json;
        if (equals_ignoring_case(type, "text/html")) return Representation::html;
        if (equals_ignoring_case(type, "application/xhtml+xml")) return Representation::html;
    }
    return Representation::html;
}

const std::string* Request::header(std::string_view name) const {
    const auto found = find_name(headers, name);
    return found == headers.end() ? nullptr : &found->second;
}

const std::string* Request::cookie(std::string_view name) const {
    const auto found = find_name(cookies, name);
    if (found == cookies.end()) return nullptr;
    const auto again = std::find_if(std::next(found), cookies.end(), [&](const auto& pair) {
        return pair.first == name;
    });
    return again == cookies.end() ? &found->second : nullptr;
}

}  // namespace latchkey::http
