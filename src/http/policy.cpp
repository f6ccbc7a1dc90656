// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/policy.hpp"

#include "base/try.hpp"
#include "http/address.hpp"
#include "http/forwarded.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"
#include "http/target.hpp"
#include "http/text.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::http {

namespace {

using Step = Result<void, Refusal>;

/// Fields that say who asks, what for, or where the message ends: two of them are two stories.
constexpr std::array<std::string_view, 15> single_fields{
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "origin",
    "proxy-authorization",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "transfer-encoding",
};

Fail<Refusal> refuse(int status, std::string_view reason) {
    return Fail{Refusal{status, reason}};
}

/// Printable, spaces, tabs and bytes beyond ASCII (obs-text: cookies of other programs have them).
bool is_field_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return is_control(c) && c != '\t'; });
}

Step read_fields(const RequestHead& head, Request& request) {
    if (head.fields.size() > limits::header_fields) return refuse(431, "too many header fields");
    request.headers.reserve(head.fields.size());
    for (const auto& [raw_name, raw_value] : head.fields) {
        if (!is_token(raw_name)) return refuse(400, "header name is not a token");
        const auto value = trim(raw_value);
        if (!is_field_value(value)) return refuse(400, "control character in a header value");

        auto name = to_lower(raw_name);
        const auto same =
            std::ranges::find(request.headers, name, &std::pair<std::string, std::string>::first);
        if (same == request.headers.end()) {
            request.headers.emplace_back(std::move(name), value);
        } else if (std::ranges::find(single_fields, name) != single_fields.end()) {
            return refuse(400, "a header field that must stand once stands twice");
        } else {
            same->second.append(", ").append(value);
        }
    }
    return {};
}

Step read_cookies(Request& request) {
    const auto* header = request.header("cookie");
    if (header == nullptr) return {};
    auto cookies = parse_cookies(*header);
    if (!cookies) return refuse(431, "too many cookies");
    request.cookies = std::move(*cookies);
    return {};
}

Step check_framing(const RequestHead& head, const Request& request) {
    const auto* encoding = request.header("transfer-encoding");
    const auto* length = request.header("content-length");
    if (encoding != nullptr) {
        if (head.minor_version == 0) return refuse(400, "Transfer-Encoding with HTTP/1.0");
        if (length != nullptr) return refuse(400, "Transfer-Encoding and Content-Length");
        if (!equals_ignoring_case(*encoding, "chunked")) {
            return refuse(400, "Transfer-Encoding is not chunked");
        }
    }
    if (length != nullptr) {
        const bool is_number =
            !length->empty() && length->size() <= 19 &&
            std::ranges::all_of(*length, [](char c) { return c >= '0' && c <= '9'; });
        if (!is_number) return refuse(400, "Content-Length is not a number");
    }
    const bool has_content = encoding != nullptr || (length != nullptr && *length != "0");
    if (has_content && (head.method == "GET" || head.method == "HEAD")) {
        return refuse(400, "content in a GET or HEAD request");
    }
    const auto* coding = request.header("content-encoding");
    if (coding != nullptr && !equals_ignoring_case(*coding, "identity")) {
        return refuse(415, "Content-Encoding in a request");
    }
    const auto* expect = request.header("expect");
    if (expect != nullptr && !equals_ignoring_case(*expect, "100-continue")) {
        return refuse(417, "Expect is not 100-continue");
    }
    return {};
}

Step read_client(const Address& peer, const PolicyOptions& options, Request& request) {
    const ForwardedFields fields{
        .forwarded = request.header("forwarded"),
        .x_forwarded_for = request.header("x-forwarded-for"),
        .x_forwarded_proto = request.header("x-forwarded-proto")
    };
    const auto client = client_address(peer, fields, options.trusted_proxies);
    if (!client) return refuse(400, "unreadable client address from a trusted proxy");
    request.client = *client;
    return {};
}

Step check_host(const RequestHead& head, const PolicyOptions& options, CheckedHead& checked) {
    const auto* header = checked.request.header("host");
    if (header == nullptr) return refuse(400, "no Host");
    const auto host = to_lower(*header);
    if (std::ranges::find(options.hosts, host) != options.hosts.end()) return {};

    const bool is_safe = head.method == "GET" || head.method == "HEAD";
    const auto redirect = std::ranges::find(
        options.redirect_hosts, host, &std::pair<std::string, std::string>::first
    );
    if (is_safe && redirect != options.redirect_hosts.end()) {
        checked.redirect_to = redirect->second;
        return {};
    }
    return refuse(421, "Host is not ours");
}

Step read_target(const RequestHead& head, Request& request) {
    const auto cut = head.target.find('?');
    const auto path = head.target.substr(0, cut);
    if (path.size() > limits::path_bytes) return refuse(414, "path too long");
    if (!path.starts_with('/')) return refuse(400, "request target is not a path");
    auto decoded = decode_path(path);
    if (!decoded) return refuse(400, "path is not in its one normal form");
    request.path = std::move(*decoded);
    request.target = head.target;
    if (cut == std::string_view::npos) return {};

    const auto query = head.target.substr(cut + 1);
    if (query.size() > limits::query_bytes) return refuse(414, "query too long");
    if (!is_query(query)) return refuse(400, "forbidden character in the query");
    auto form = parse_form(query);
    if (!form) return refuse(400, "query is no form");
    request.query = std::move(*form);
    return {};
}

std::optional<Method> method_of(std::string_view name) {
    if (name == "GET") return Method::get;
    if (name == "HEAD") return Method::head;
    if (name == "POST") return Method::post;
    return std::nullopt;
}

Step check_method(std::string_view name) {
    constexpr std::array<std::string_view, 6> known{
        "CONNECT", "DELETE", "OPTIONS", "PATCH", "PUT", "TRACE"
    };
    if (method_of(name)) return {};
    const bool is_known = std::ranges::find(known, name) != known.end();
    if (is_known) return refuse(405, "method is not GET, HEAD or POST");
    return refuse(501, "unknown method");
}

bool wants_close(const Request& request) {
    const auto* connection = request.header("connection");
    return connection != nullptr && std::ranges::any_of(split(*connection, ','), [](auto option) {
               return equals_ignoring_case(trim(option), "close");
           });
}

Step check(
    const RequestHead& head, const Address& peer, const PolicyOptions& options, CheckedHead& checked
) {
    auto& request = checked.request;
    TRY(read_fields(head, request));
    TRY(read_cookies(request));
    TRY(check_framing(head, request));
    TRY(read_client(peer, options, request));
    TRY(check_host(head, options, checked));
    TRY(read_target(head, request));
    TRY(check_method(head.method));
    return {};
}

}  // namespace

CheckedHead check_head(const RequestHead& head, const Address& peer, const PolicyOptions& options) {
    CheckedHead checked;
    auto& request = checked.request;
    request.client = peer;
    // First of all: the answer to HEAD has no body, whatever it is.
    request.method = method_of(head.method).value_or(Method::get);
    const auto result = check(head, peer, options, checked);
    if (!result) checked.refusal = result.error();

    if (const auto* accept = request.header("accept")) {
        request.representation = parse_accept(*accept);
    }
    const auto* expect = request.header("expect");
    checked.expects_continue = expect != nullptr && head.minor_version == 1;
    checked.keeps_alive = head.minor_version == 1 && !wants_close(request);
    if (!checked.redirect_to.empty()) checked.redirect_to += head.target;
    return checked;
}

}  // namespace latchkey::http
