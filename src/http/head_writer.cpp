// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/head_writer.hpp"

#include "base/clock.hpp"
#include "base/try.hpp"
#include "http/limits.hpp"
#include "http/response.hpp"
#include "http/text.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::http {

namespace {

using Refused = Fail<std::string_view>;

Refused refuse(std::string_view reason) {
    return Refused{reason};
}

constexpr std::array<std::pair<int, std::string_view>, 29> reason_phrases{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

/// In lower case. Cache-Control and Vary are not here: they depend on the response.
constexpr std::array<std::string_view, 20> server_headers{
    "connection",
    "content-length",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "keep-alive",
    "permissions-policy",
    "referrer-policy",
    "server",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-content-type-options",
    "x-request-id",
};

/// Passkeys for ourselves, the clipboard for copying recovery codes; every other feature that
/// browsers know is off.
constexpr std::string_view permissions_policy =
    "publickey-credentials-get=(self), publickey-credentials-create=(self), "
    "clipboard-write=(self), accelerometer=(), autoplay=(), browsing-topics=(), camera=(), "
    "clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), local-fonts=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), "
    "window-management=(), xr-spatial-tracking=()";

std::string_view reason_phrase(int status) {
    const auto* found =
        std::ranges::find(reason_phrases, status, &std::pair<int, std::string_view>::first);
    return found == reason_phrases.end() ? std::string_view{} : found->second;
}

bool is_written_value(std::string_view value) {
    return std::ranges::none_of(value, is_control);
}

/// `token68` without padding, as base64url and dots make it.
bool is_cookie_value(std::string_view value) {
    return std::ranges::all_of(value, [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' ||
               c == '_' || c == '.';
    });
}

bool is_json(std::string_view content_type) {
    const auto type = trim(content_type.substr(0, content_type.find(';')));
    return type == "application/json" || type.ends_with("+json");
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

Result<void, std::string_view> add_headers(std::string& out, const Response& response) {
    bool is_cacheable = false;
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name)) return refuse("response header name is not a token");
        if (!is_written_value(value)) return refuse("control character in a response header");
        const auto small = to_lower(name);
        if (std::ranges::find(server_headers, small) != server_headers.end()) {
            return refuse("response sets a header that is the server's");
        }
        is_cacheable = is_cacheable || small == "cache-control";
        add_line(out, name, value);
    }
    // Who makes a response cacheable knows what it varies by; all others show one person's state.
    if (!is_cacheable) out += "Cache-Control: no-store\r\nVary: Accept, Cookie\r\n";
    return {};
}

Result<void, std::string_view> add_cookies(std::string& out, const Response& response) {
    for (const auto& cookie : response.cookies) {
        if (!cookie.name.starts_with("__Host-") || !is_token(cookie.name)) {
            return refuse("cookie name lacks the __Host- prefix");
        }
        if (!is_cookie_value(cookie.value)) return refuse("forbidden character in a cookie value");
        std::string line = cookie.name + "=" + cookie.value;
        line += "; Path=/; Secure; HttpOnly; SameSite=Lax";
        if (cookie.max_age) line += "; Max-Age=" + std::to_string(cookie.max_age->count());
        if (line.size() > limits::cookie_bytes) return refuse("cookie too long");
        add_line(out, "Set-Cookie", line);
    }
    return {};
}

/// Two digits.
std::string padded(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string http_date(TimePoint time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    std::string out = days.at(std::chrono::weekday(day).c_encoding());
    out.append(", ").append(padded(unsigned{date.day()})).append(" ");
    out.append(months.at(unsigned{date.month()} - 1)).append(" ");
    out.append(std::to_string(int{date.year()})).append(" ");
    out.append(padded(static_cast<unsigned>(clock.hours().count()))).append(":");
    out.append(padded(static_cast<unsigned>(clock.minutes().count()))).append(":");
    out.append(padded(static_cast<unsigned>(clock.seconds().count()))).append(" GMT");
    return out;
}

HeadWriter::HeadWriter(const HeadWriterOptions& options) {
    // form-action also governs where a redirect after a form may lead (CSP level 3
    // section 6.4.1.1): who goes on to another origin passes a page of ours.
    page_policy_ =
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'; report-uri /csp-report\r\n";
    data_policy_ =
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n";
    // An SVG that is opened by itself is a document, perhaps one of the operator's making.
    picture_policy_ =
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'; sandbox\r\n";

    add_line(security_, "X-Content-Type-Options", "nosniff");
    add_line(security_, "Referrer-Policy", "no-referrer");
    add_line(security_, "Cross-Origin-Opener-Policy", "same-origin");
    add_line(security_, "Cross-Origin-Resource-Policy", "same-origin");
    add_line(security_, "Permissions-Policy", permissions_policy);
    if (options.hsts) {
        add_line(security_, "Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    }
}

Result<std::string, std::string_view> HeadWriter::write(
    const Response& response, const ResponseFacts& facts
) const {
    const auto phrase = reason_phrase(response.status);
    if (phrase.empty()) return refuse("response has an unknown status");
    if (!is_written_value(response.content_type)) {
        return refuse("control character in the content type");
    }
    if (response.content_type.empty() && !response.body.empty()) {
        return refuse("response has a body without a content type");
    }

    std::string out;
    out.reserve(2'048);
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(phrase).append("\r\n");
    add_line(out, "Date", facts.date);
    if (has_content(response.status)) {
        if (!response.content_type.empty()) add_line(out, "Content-Type", response.content_type);
        add_line(out, "Content-Length", std::to_string(response.body.size()));
    }
    TRY(add_headers(out, response));
    TRY(add_cookies(out, response));
    if (is_json(response.content_type)) {
        out += data_policy_;
    } else {
        out += response.content_type.starts_with("image/") ? picture_policy_ : page_policy_;
    }
    out += security_;
    add_line(out, "X-Request-Id", facts.request_id);
    if (facts.persistence == Persistence::close) out += "Connection: close\r\n";
    out += "\r\n";
    return out;
}

}  // namespace latchkey::http
