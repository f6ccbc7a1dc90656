// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <array>
#include <string_view>

namespace latchkey::test {

/// Bytes that two parsers read in two ways, and the one answer that they get here.
struct SmugglingCase {
    std::string_view name;
    std::string_view bytes;
    int status;
};

using std::string_view_literals::operator""sv;

// What Beast 1.81 was measured to accept stands first, then what it was measured to refuse.
inline constexpr std::array smuggling_cases{
    SmugglingCase{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
    SmugglingCase{
        "two Hosts", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nHost: localhost:8080\r\n\r\n", 400
    },
    SmugglingCase{"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 421},
    SmugglingCase{
        "obs-fold in a value", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A: b\r\n c\r\n\r\n", 400
    },
    SmugglingCase{
        "obs-fold with a tab",
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A: b\r\n\tc\r\n\r\n",
        400
    },
    SmugglingCase{
        "obs-fold right after the request line",
        "GET / HTTP/1.1\r\n Host: localhost:8080\r\nHost: localhost:8080\r\n\r\n",
        400
    },
    SmugglingCase{
        "obs-fold that hides an encoding",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding:\r\n "
        "chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding: xchunked",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding: chunked, identity",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked, "
        "identity\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding: gzip, chunked",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: gzip, "
        "chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding: identity",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: identity\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding in quotes",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding twice",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding with a vertical tab",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: \x0b"
        "chunked\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding with HTTP/1.0",
        "POST / HTTP/1.0\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "absolute-form target",
        "GET http://localhost:8080/ HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
        400
    },
    SmugglingCase{
        "absolute-form target of another host",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
        400
    },
    SmugglingCase{
        "authority-form target", "GET localhost:8080 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400
    },
    SmugglingCase{"asterisk-form target", "GET * HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400},
    SmugglingCase{
        "fragment in the target", "GET /#a HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400
    },
    SmugglingCase{
        "Content-Length as a list",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2, 2\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "Content-Length twice, equal",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2\r\nContent-Length: "
        "2\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "GET with content",
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "GET with chunked content",
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "trailer field",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
        400
    },
    SmugglingCase{
        "Content-Encoding",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Encoding: gzip\r\nContent-Length: "
        "2\r\n\r\nhi",
        415
    },
    SmugglingCase{
        "empty line before the request", "\r\nGET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400
    },
    // Measured to be refused by Beast: held here against a later one.
    SmugglingCase{
        "Content-Length and Transfer-Encoding",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Transfer-Encoding and Content-Length",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\nContent-Length: "
        "5\r\n\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "Content-Length twice, different",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 2\r\nContent-Length: "
        "3\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "Content-Length: +5",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: +5\r\n\r\nhello",
        400
    },
    SmugglingCase{
        "Content-Length: -1",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: -1\r\n\r\n",
        400
    },
    SmugglingCase{
        "Content-Length: 0x2",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 0x2\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "Content-Length beyond 64 bits",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 18446744073709551618\r\n\r\nhi",
        400
    },
    SmugglingCase{
        "empty Content-Length",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length:\r\n\r\n",
        400
    },
    SmugglingCase{
        "space before the colon", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A : b\r\n\r\n", 400
    },
    SmugglingCase{
        "header without a name", "GET / HTTP/1.1\r\nHost: localhost:8080\r\n: b\r\n\r\n", 400
    },
    SmugglingCase{
        "header without a colon", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A\r\n\r\n", 400
    },
    SmugglingCase{"bare LF lines", "GET / HTTP/1.1\nHost: localhost:8080\n\n", 400},
    SmugglingCase{"one bare LF", "GET / HTTP/1.1\r\nHost: localhost:8080\nX-A: b\r\n\r\n", 400},
    SmugglingCase{
        "bare CR in a value", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A: b\rc\r\n\r\n", 400
    },
    SmugglingCase{
        "NUL in a value", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX-A: b\0c\r\n\r\n"sv, 400
    },
    SmugglingCase{
        "NUL in a name", "GET / HTTP/1.1\r\nHost: localhost:8080\r\nX\0A: b\r\n\r\n"sv, 400
    },
    SmugglingCase{"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n"sv, 400},
    SmugglingCase{"two spaces", "GET  / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400},
    SmugglingCase{"no target", "GET HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 400},
    SmugglingCase{"HTTP/0.9", "GET /\r\n\r\n", 400},
    SmugglingCase{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: localhost:8080\r\n\r\n", 505},
    SmugglingCase{"HTTP/2.0", "GET / HTTP/2.0\r\nHost: localhost:8080\r\n\r\n", 505},
    SmugglingCase{"HTTP/1.10", "GET / HTTP/1.10\r\nHost: localhost:8080\r\n\r\n", 505},
    SmugglingCase{"http/1.1", "GET / http/1.1\r\nHost: localhost:8080\r\n\r\n", 505},
    SmugglingCase{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    SmugglingCase{
        "chunk size with a sign",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n+2\r\nhi\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk size with 0x",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk size beyond 64 bits",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n10000000000000002\r\nhi\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk longer than its size",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nhi!\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk size ended by LF",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\nhi\r\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk data ended by LF",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nhi\n0\r\n\r\n",
        400
    },
    SmugglingCase{
        "chunk extension with a bare LF",
        "POST / HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2;a\nb\r\nhi\r\n0\r\n\r\n",
        400
    },
};

}  // namespace latchkey::test
