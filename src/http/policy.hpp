// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/address.hpp"
#include "http/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

/// Why a request is not served: the status of the answer, and words for the log.
struct Refusal {
    int status = 400;
    std::string_view reason;  // a literal
};

/// A request line and header as they came. Borrowed from the bytes that were parsed.
struct RequestHead {
    std::string_view method;
    std::string_view target;
    int minor_version = 1;  // of HTTP/1.x
    std::vector<std::pair<std::string_view, std::string_view>> fields;
};

/// What the policy depends on beside the request.
struct PolicyOptions {
    std::vector<std::string> hosts;
    std::vector<std::pair<std::string, std::string>> redirect_hosts;
    std::vector<AddressRange> trusted_proxies;
};

/// A request head after the policy looked at it.
struct CheckedHead {
    /// Whole if there is no refusal; else what was read until then: enough for an error page.
    Request request;
    std::optional<Refusal> refusal;
    std::string redirect_to;  // not empty: the answer is 303 to this address
    bool keeps_alive = false;
    bool expects_continue = false;
};

/// Decides whether a request is served at all, before any handler sees it. In this order:
///   header fields   400 name or value with forbidden characters; 400 one of the fields that decide
///                   about security or framing stands twice; others that stand twice are joined
///                   (RFC 9110 section 5.3); 431 more than 128 cookies
///   framing         400 Transfer-Encoding that is not exactly `chunked`, or with HTTP/1.0, or with
///                   Content-Length; 400 Content-Length that is not 1 to 19 digits; 400 content on
///                   GET and HEAD; 415 Content-Encoding; 417 Expect other than 100-continue
///   client address  400 a trusted proxy sent one that cannot be read (http/forwarded.hpp)
///   Host            400 not exactly one; 421 not ours (303 if it is a redirect host, GET and HEAD)
///   request target  400 not origin-form: absolute-form too, which only proxies need; 400 `.` and
///                   `..` segments, `//`, `\`, `/`, NUL or controls behind percent-encoding, bad
///                   percent-encoding, no UTF-8; 414 too long; 400 a query that is no form
///   method          501 unknown; 405 known but not GET, HEAD or POST
/// Pure: the same bytes get the same answer.
CheckedHead check_head(const RequestHead& head, const Address& peer, const PolicyOptions& options);

}  // namespace latchkey::http
