// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::app {

/// A web origin that passkeys can belong to: https, or http on localhost (WebAuthn 5.1.3: the
/// effective domain is a domain; Secure Contexts 3.1).
struct WebOrigin {
    std::string scheme;      // "https" or "http"
    std::string host;        // a domain in lower case, never an IP address
    std::uint16_t port = 0;  // the scheme's own if none was given

    /// As browsers write it in client data: "https://id.example.com", a port only if it is not the
    /// scheme's own (HTML, "serialization of an origin").
    [[nodiscard]] std::string text() const;

    /// As browsers write it in `Host`: "id.example.com", "localhost:8080".
    [[nodiscard]] std::string authority() const;

    [[nodiscard]] bool is_localhost() const;
};

/// What is wrong with a value, and what to write instead; both are sentences without a full stop.
struct Wrong {
    std::string what;
    std::string mend;
};

/// Nothing but scheme, host and port: a path, a trailing slash, a user name is refused in words.
Result<WebOrigin, Wrong> parse_web_origin(std::string_view text);

/// Whether it is a domain in lower case as DNS has it (RFC 1123: letters, digits, hyphens; labels
/// of 1 to 63 bytes, 253 in all), not an IP address. Names beyond ASCII are written in Punycode.
bool is_domain(std::string_view text);

/// The shortest domain that belongs to whom `host` belongs to: example.co.uk of id.example.co.uk,
/// by the Public Suffix List as this machine's libpsl has it. The host itself if it is a public
/// suffix, below which everybody may have a domain (co.uk, github.io).
std::string_view registrable_domain(std::string_view host);

/// Whether an origin with `host` may use `rp_id` (HTML, "is a registrable domain suffix of or is
/// equal to"): the host, a parent down to its registrable domain, or localhost.
bool rp_id_fits(std::string_view rp_id, std::string_view host);

/// The label by which browsers count related origins (WebAuthn 5.11.1: they support at least 5
/// different ones): `example` of shop.example.co.uk.
std::string_view registrable_label(std::string_view host);

}  // namespace latchkey::app
