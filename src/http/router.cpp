// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/router.hpp"

#include "http/request.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::http {

namespace {

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

/// Takes "/segment" from the front of `path`; returns the segment. A path "/" is one empty segment.
std::string_view take_segment(std::string_view& path) {
    const auto segment = path.substr(1, path.find('/', 1) - 1);
    path.remove_prefix(1 + segment.size());
    return segment;
}

/// The parameters, if `path` matches `pattern`.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    std::vector<std::string> parameters;
    while (!pattern.empty() && !path.empty()) {
        const auto expected = take_segment(pattern);
        const auto given = take_segment(path);
        if (is_parameter(expected) && !given.empty()) {
            parameters.emplace_back(given);
        } else if (expected != given) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return parameters;
}

/// Whether some path matches both patterns.
bool overlap(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        const auto left = take_segment(a);
        const auto right = take_segment(b);
        const bool left_takes_right = is_parameter(left) && !right.empty();
        const bool right_takes_left = is_parameter(right) && !left.empty();
        if (left != right && !left_takes_right && !right_takes_left) return false;
    }
    return a.empty() && b.empty();
}

bool answers(Method route, Method request) {
    return route == request || (route == Method::get && request == Method::head);
}

}  // namespace

void Router::add(Route route) {
    LATCHKEY_ASSERT(route.pattern.starts_with('/'));
    LATCHKEY_ASSERT(route.method != Method::head);  // GET answers it
    LATCHKEY_ASSERT(route.handler != nullptr);
    const bool is_new = std::ranges::none_of(routes_, [&](const Route& other) {
        return other.method == route.method && overlap(other.pattern, route.pattern);
    });
    LATCHKEY_ASSERT(is_new);
    routes_.push_back(std::move(route));
}

std::variant<Router::Match, Router::NotFound, Router::MethodNotAllowed> Router::find(
    Method method, std::string_view path
) const {
    for (const auto& route : routes_) {
        if (!answers(route.method, method)) continue;
        if (auto parameters = match(route.pattern, path)) {
            return Match{&route, std::move(*parameters)};
        }
    }
    auto allow = allowed(path);
    if (allow.empty()) return NotFound{};
    return MethodNotAllowed{std::move(allow)};
}

std::string Router::allowed(std::string_view path) const {
    std::string methods;
    for (const auto method : {Method::get, Method::post}) {
        const bool is_there = std::ranges::any_of(routes_, [&](const Route& route) {
            return route.method == method && match(route.pattern, path);
        });
        if (!is_there) continue;
        if (!methods.empty()) methods += ", ";
        methods += method == Method::get ? "GET, HEAD" : "POST";
    }
    return methods;
}

}  // namespace latchkey::http
