// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::http {

/// What a connection does after a response.
enum class Persistence : std::uint8_t { keep_alive, close };

/// What the server, not the handler, knows of a response.
struct ResponseFacts {
    std::string_view request_id;
    std::string_view date;  // http_date()
    Persistence persistence = Persistence::keep_alive;
};

struct HeadWriterOptions {
    bool hsts = false;
};

/// The moment as IMF-fixdate (RFC 9110 section 5.6.7).
std::string http_date(TimePoint time);

/// Writes status line and header of every response, and so is the one place where security headers
/// come from. It refuses what a handler must not do rather than mend it: an unknown status, CR, LF,
/// NUL or other controls anywhere, a header that only the server sets (framing, Date, Server,
/// Set-Cookie and all security headers but Cache-Control), a cookie without the `__Host-` prefix,
/// with a value beyond base64url and dots, or longer than 4096 bytes.
class HeadWriter {
public:
    explicit HeadWriter(const HeadWriterOptions& options);

    /// The bytes up to and with the empty line. The error says in words what was refused.
    [[nodiscard]] Result<std::string, std::string_view> write(
        const Response& response, const ResponseFacts& facts
    ) const;

private:
    std::string security_;  // the lines that stand in every response
    std::string page_policy_;
    std::string data_policy_;
    std::string picture_policy_;
};

/// Whether a response of this status carries content at all (RFC 9110 section 6.4.1).
[[nodiscard]] constexpr bool has_content(int status) {
    return status != 204 && status != 304;
}

}  // namespace latchkey::http
