// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

/// A cookie to set: always Path=/, Secure, HttpOnly, SameSite=Lax and the `__Host-` prefix.
struct Cookie {
    std::string name;                             // with its `__Host-` prefix
    std::string value;                            // base64url and dots only
    std::optional<std::chrono::seconds> max_age;  // nullopt: for the browser session; 0: delete
};

/// An answer. Security headers, Date, Content-Length and the request id are added by the server
/// to every response; a name or value with CR, LF or NUL is refused there (the answer is 500).
struct Response {
    int status = 200;
    std::string content_type;  // with charset; empty: no body
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<Cookie> cookies;
};

/// 303 See Other: the only redirect (a 307 would repeat a POST elsewhere). `location` is one of
/// our own paths, or an address from the allow-list.
Response see_other(std::string_view location);

/// application/json, no-store.
Response json_response(int status, std::string body);

}  // namespace latchkey::http
