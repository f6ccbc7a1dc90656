// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/mime.hpp"

#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "outbound/mail.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

constexpr std::size_t line_limit = 76;          // RFC 2045 6.7 rule 5, RFC 2047 section 2
constexpr std::size_t plain_header_limit = 66;  // with "Subject: " below 78
constexpr std::size_t bytes_per_word = 39;      // 12 + 52 characters, with "Subject: " below 76
constexpr std::size_t address_limit = 254;      // RFC 5321 4.5.3.1.3

// Stands in no part: quoted-printable never writes "=_".
constexpr std::string_view boundary = "=_latchkey_alternative";

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool can_stand_as_it_is(std::string_view text) {
    return text.size() <= plain_header_limit && std::ranges::all_of(text, is_printable) &&
           text.find("=?") == std::string_view::npos;
}

// Header text without control characters; bytes that are not UTF-8 become '?'.
std::string cleaned(std::string_view text) {
    const bool keep_high_bytes = is_utf8(text);
    std::string out(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) c = ' ';
        if (byte >= 0x80 && !keep_high_bytes) c = '?';
    }
    return out;
}

std::string encoded_words(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min(bytes_per_word, text.size());
        while (size < text.size() && is_continuation(text[size])) {
            --size;
        }
        if (!out.empty()) out += "\r\n ";
        out += fmt::format("=?utf-8?B?{}?=", base64_encode(bytes_of(text.substr(0, size))));
        text.remove_prefix(size);
    }
    return out;
}

std::string quoted_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string format_sender(const Sender& sender) {
    if (sender.name.empty()) return fmt::format("<{}>", sender.address);
    const std::string name = cleaned(sender.name);
    return fmt::format(
        "{}\r\n <{}>",
        can_stand_as_it_is(name) ? quoted_string(name) : encoded_words(name),
        sender.address
    );
}

void append_part(std::string& message, std::string_view type, std::string_view content) {
    message += fmt::format(
        "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: "
        "quoted-printable\r\n\r\n",
        boundary,
        type
    );
    message += encode_quoted_printable(content);
    message += "\r\n";
}

// One line without its end. A space or tab at the end would be lost on the way, so it is encoded.
void append_line(std::string& out, std::string_view line) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool is_last = i + 1 == line.size();
        const bool is_blank = c == ' ' || c == '\t';
        const bool is_literal = (is_printable(c) && c != '=' && c != ' ') || (is_blank && !is_last);
        const std::size_t width = is_literal ? 1 : 3;
        if (column + width > line_limit - 1) {
            out += "=\r\n";
            column = 0;
        }
        if (is_literal) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '=';
            out += digits[byte >> 4U];
            out += digits[byte & 0x0FU];
        }
        column += width;
    }
}

}  // namespace

bool is_wire_address(std::string_view address) {
    return !address.empty() && address.size() <= address_limit &&
           std::ranges::all_of(address, [](char c) {
               return is_printable(c) && c != ' ' && c != '<' && c != '>';
           });
}

std::string render_message(const Mail& mail, const MessageHead& head) {
    LATCHKEY_ASSERT(is_wire_address(mail.to));
    LATCHKEY_ASSERT(is_wire_address(head.from.address));
    LATCHKEY_ASSERT(is_wire_address(head.message_id));
    std::string message = fmt::format(
        "Date: {}\r\n"
        "From: {}\r\n"
        "To: <{}>\r\n"
        "Subject: {}\r\n"
        "Message-ID: <{}>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n",
        format_mail_date(head.date),
        format_sender(head.from),
        mail.to,
        encode_header_text(mail.subject),
        head.message_id,
        boundary
    );
    append_part(message, "text/plain", mail.text);
    append_part(message, "text/html", mail.html);
    message += fmt::format("--{}--\r\n", boundary);
    return message;
}

std::string encode_header_text(std::string_view text) {
    const std::string clean = cleaned(text);
    return can_stand_as_it_is(clean) ? clean : encoded_words(clean);
}

std::string encode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    while (true) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        append_line(out, line);
        if (end == std::string_view::npos) return out;
        out += "\r\n";
        text.remove_prefix(end + 1);
    }
}

std::string format_mail_date(TimePoint time) {
    // Written by hand: the names must not follow the locale.
    constexpr std::array day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array month_names{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
        day_names.at(std::chrono::weekday(days).c_encoding()),
        static_cast<unsigned>(date.day()),
        month_names.at(static_cast<unsigned>(date.month()) - 1),
        static_cast<int>(date.year()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

}  // namespace latchkey::outbound
