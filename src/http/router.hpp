// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/outcome.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace latchkey::http {

/// Runs on the connection's thread; must not block on a network. Throws nothing but ReadFailed
/// (503); what else escapes is a mistake of ours, noted in the access log and answered with 500.
/// The request lives until its response was written, so continuations may refer to it.
using Handler = std::function<Outcome(const Request&)>;

struct Route {
    Method method = Method::get;
    std::string pattern;  // "/passkeys/{id}/remove": `{id}` matches one non-empty segment
    Handler handler;
    std::size_t body_limit = 65'536;  // bytes; more is answered with 413
};

/// Finds the route of a request. GET routes answer HEAD too (the server drops the body).
class Router {
public:
    /// Two routes that match the same request are a programming error (stops the process).
    void add(Route route);

    struct Match {
        const Route* route = nullptr;
        std::vector<std::string> parameters;
    };

    struct NotFound {};

    struct MethodNotAllowed {
        std::string allow;  // "GET, HEAD"
    };

    [[nodiscard]] std::variant<Match, NotFound, MethodNotAllowed> find(
        Method method, std::string_view path
    ) const;

    /// The methods that this path has, as an Allow header says it; empty: no such path.
    [[nodiscard]] std::string allowed(std::string_view path) const;

    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

}  // namespace latchkey::http
