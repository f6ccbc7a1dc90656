// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "outbound/mail.hpp"

#include <string>
#include <string_view>

/// A mail as text for the wire (RFC 5322, RFC 2045-2047). Pure.
namespace latchkey::outbound {

/// Who sends: `Example <no-reply@example.com>`.
struct Sender {
    std::string name;     // UTF-8; may be empty
    std::string address;  // is_wire_address

    bool operator==(const Sender&) const = default;
};

/// Whether the address can stand between `<` and `>` in SMTP commands and header fields:
/// printable ASCII without spaces and angle brackets, at most 254 bytes.
bool is_wire_address(std::string_view address);

struct MessageHead {
    Sender from;
    std::string message_id;  // with its domain, without angle brackets
    TimePoint date;
};

/// The whole message, lines ended by CRLF: multipart/alternative with a text and an HTML part in
/// quoted-printable, so that each byte is ASCII and no line longer than 78. No value can add a
/// header field: control characters in them become spaces. `mail.to` is a wire address.
std::string render_message(const Mail& mail, const MessageHead& head);

/// RFC 2047: the text as it is if it is short printable ASCII, else as `=?utf-8?B?...?=` words,
/// none of which splits a character, on folded lines.
std::string encode_header_text(std::string_view text);

/// RFC 2045 section 6.7. Line ends (LF or CRLF) become CRLF; every other byte comes back as it was.
std::string encode_quoted_printable(std::string_view text);

/// RFC 5322 section 3.3 in UTC: `Sun, 22 Nov 2026 10:00:00 +0000`.
std::string format_mail_date(TimePoint time);

}  // namespace latchkey::outbound
