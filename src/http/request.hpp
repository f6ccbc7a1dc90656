// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

enum class Method : std::uint8_t { get, head, post };

/// Name and value in the order of arrival, decoded. Built by parse_form; no name stands twice.
class Form {
public:
    Form() = default;

    explicit Form(std::vector<std::pair<std::string, std::string>> fields)
        : fields_(std::move(fields)) {}

    /// The value, or nullptr if there is no such field.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    /// The value, or empty.
    [[nodiscard]] std::string_view get(std::string_view name) const;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const {
        return fields_;
    }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// application/x-www-form-urlencoded (WHATWG URL): at most 32 fields, 64 KiB, UTF-8 without NUL,
/// well-formed percent-encoding, no empty name, no name twice, no control characters in names.
/// nullopt: refuse with 400.
std::optional<Form> parse_form(std::string_view text);

/// The pairs of a Cookie header (RFC 6265 section 5.4) in their order, values as they came (nothing
/// is unquoted or decoded). What is no `name=value` is skipped. nullopt: more than 128.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_cookies(std::string_view text
);

/// What a browser wants back: decided by the Accept header (HTML unless JSON is named first).
enum class Representation : std::uint8_t { html, json };

Representation parse_accept(std::string_view text);

/// One request, checked: exactly one Host that belongs to us, a path that starts with `/`,
/// well-formed percent-encoding, no duplicate security headers (http/policy.cpp has the list).
struct Request {
    Method method = Method::get;
    std::string target;  // path and query as they came
    std::string path;    // decoded; `..`, `//`, NUL and `\` were refused
    Form query;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::vector<std::pair<std::string, std::string>> cookies;
    std::string body;
    std::vector<std::string> path_parameters;  // of the matched route, in order
    Address client;                            // behind a trusted proxy: whom it forwards for
    std::string id;                            // for the log and the error page: 22 characters
    Representation representation = Representation::html;

    /// The value of a header (name in lower case), or nullptr.
    [[nodiscard]] const std::string* header(std::string_view name) const;

    /// The value of a cookie, or nullptr: absent, or sent twice (someone tossed one in).
    [[nodiscard]] const std::string* cookie(std::string_view name) const;
};

}  // namespace latchkey::http
