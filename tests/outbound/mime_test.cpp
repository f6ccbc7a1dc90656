// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/mime.hpp"

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"
#include "outbound/mail.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::outbound {
namespace {

const MessageHead head{
    .from = {.name = "Example", .address = "no-reply@example.com"},
    .message_id = "0123@example.com",
    .date = from_milliseconds(1'795'341'600'000)
};

Mail a_mail() {
    return {
        .to = "ada@example.test",
        .subject = "12345678 is your code",
        .text = "Your code: 12345678\n",
        .html = "<p>Your code: <b>12345678</b></p>\n"
    };
}

std::vector<std::string> lines_of(const std::string& message) {
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (true) {
        const std::size_t end = message.find("\r\n", at);
        lines.push_back(message.substr(at, end - at));
        if (end == std::string::npos) return lines;
        at = end + 2;
    }
}

// The names of the header fields, in order; folded lines belong to the one before.
std::vector<std::string> field_names(const std::string& message) {
    std::vector<std::string> names;
    for (const std::string& line : lines_of(message)) {
        if (line.empty()) break;
        if (line.front() != ' ') names.push_back(line.substr(0, line.find(':')));
    }
    return names;
}

// An independent reading of RFC 2045 section 6.7.
std::string decode_quoted_printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
            continue;
        }
        const std::string_view code = text.substr(i + 1, 2);
        i += 2;
        if (code == "\r\n") continue;
        out += text_of(*hex_decode(code));
    }
    return out;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_end = text[i] == '\n' && (i == 0 || text[i - 1] != '\r');
        if (is_end) out += '\r';
        out += text[i];
    }
    return out;
}

const std::vector<std::string> expected_fields{
    "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
};

}  // namespace

TEST_CASE("A message has each header field once, and both parts, text first (RFC 2046 5.1.4)") {
    const std::string message = render_message(a_mail(), head);
    CHECK(field_names(message) == expected_fields);
    CHECK(message.find("From: \"Example\"\r\n <no-reply@example.com>\r\n") != std::string::npos);
    CHECK(message.find("To: <ada@example.test>\r\n") != std::string::npos);
    CHECK(message.find("Subject: 12345678 is your code\r\n") != std::string::npos);
    CHECK(message.find("Message-ID: <0123@example.com>\r\n") != std::string::npos);
    CHECK(message.find("Auto-Submitted: auto-generated\r\n") != std::string::npos);
    const std::size_t text = message.find("Content-Type: text/plain; charset=utf-8\r\n");
    const std::size_t html = message.find("Content-Type: text/html; charset=utf-8\r\n");
    REQUIRE(text != std::string::npos);
    REQUIRE(html != std::string::npos);
    CHECK(text < html);
}

TEST_CASE("The date is written as RFC 5322 says, in UTC") {
    CHECK(format_mail_date(from_milliseconds(0)) == "Thu, 01 Jan 1970 00:00:00 +0000");
    CHECK(
        format_mail_date(from_milliseconds(1'795'341'600'999)) == "Sun, 22 Nov 2026 10:00:00 +0000"
    );
    CHECK(
        format_mail_date(from_milliseconds(951'782'399'000)) == "Mon, 28 Feb 2000 23:59:59 +0000"
    );
}

TEST_CASE("No value adds a header field, whatever it holds (T24, header injection)") {
    Mail mail = a_mail();
    MessageHead bad = head;
    for (const std::string_view attack :
         {"x\r\nBcc: eve@evil.test",
          "x\nBcc: eve@evil.test",
          "x\rBcc: eve@evil.test",
          "x\r\n\r\n<script>",
          "=?utf-8?Q?x=0D=0ABcc:_eve?=",
          "x\vBcc: y\fz",
          "x\xC2\x85"
          "Bcc: y"}) {
        CAPTURE(attack);
        mail.subject = attack;
        bad.from.name = attack;
        const std::string message = render_message(mail, bad);
        CHECK(field_names(message) == expected_fields);
        for (const std::string& line : lines_of(message)) {
            CHECK(line.find_first_of("\r\n") == std::string::npos);
        }
    }
}

TEST_CASE("A name with quotes and backslashes stays one quoted string (RFC 5322 3.2.4)") {
    MessageHead quoted = head;
    quoted.from.name = R"(Example "The \ Best")";
    CHECK(
        render_message(a_mail(), quoted).find(R"(From: "Example \"The \\ Best\"")") !=
        std::string::npos
    );
}

TEST_CASE("Header text beyond short ASCII is encoded, split between characters (RFC 2047)") {
    CHECK(encode_header_text("12345678 is your code") == "12345678 is your code");
    CHECK(encode_header_text("") == "");
    CHECK(encode_header_text("Grüße") == "=?utf-8?B?R3LDvMOfZQ==?=");
    CHECK(encode_header_text("=?x") == "=?utf-8?B?PT94?=");
    CHECK(
        encode_header_text("a\xFF"
                           "b\r\nc") == "a?b  c"
    );

    std::string long_text;
    for (int i = 0; i < 40; ++i) {
        long_text += "\xF0\x9F\x94\x91";
    }
    const std::string encoded = encode_header_text(long_text);
    for (const std::string& line : lines_of(encoded)) {
        const std::string word = line.front() == ' ' ? line.substr(1) : line;
        CHECK(word.starts_with("=?utf-8?B?"));
        CHECK(word.size() <= 75);
        CHECK(line.size() + std::string_view("Subject: ").size() <= 76);
    }
}

TEST_CASE("Quoted-printable gives every text back, in short lines of ASCII (RFC 2045 6.7)") {
    CHECK(encode_quoted_printable("a=b") == "a=3Db");
    CHECK(encode_quoted_printable("a \nb\t\r\nc ") == "a=20\r\nb=09\r\nc=20");
    CHECK(encode_quoted_printable("a\rb") == "a=0Db");
    const bool holds = rc::check([](std::string text) {
        const std::string encoded = encode_quoted_printable(text);
        RC_ASSERT(decode_quoted_printable(encoded) == with_crlf(text));
        for (const std::string& line : lines_of(encoded)) {
            RC_ASSERT(line.size() <= 76U);
            RC_ASSERT(line.find("=_") == std::string::npos);
            RC_ASSERT(!line.ends_with(' '));
            for (const char c : line) {
                RC_ASSERT(c == '\t' || (c >= ' ' && c <= '~'));
            }
        }
    });
    CHECK(holds);
}

TEST_CASE(
    "A long line of text is broken softly and stays below the limit of SMTP (RFC 5321 4.5.3.1.6)"
) {
    Mail mail = a_mail();
    mail.text = std::string(5'000, 'x');
    mail.html = std::string(2'000, '=');
    for (const std::string& line : lines_of(render_message(mail, head))) {
        CHECK(line.size() <= 78);
    }
}

TEST_CASE("Only a plain address can stand in an SMTP command") {
    CHECK(is_wire_address("ada@example.test"));
    CHECK(is_wire_address("o'hara+x@example.test"));
    for (const std::string_view address : std::initializer_list<std::string_view>{
             "",
             "a b@c.test",
             "a@c.test>\r\nRCPT TO:<eve@evil.test",
             "a@c.test\r\n",
             "<a@c.test>",
             std::string_view("a\0b@c.test", 10),
             "\xC3\xA4@c.test",
             "a\x7F@c.test"
         }) {
        CAPTURE(address);
        CHECK_FALSE(is_wire_address(address));
    }
    CHECK_FALSE(is_wire_address(std::string(255, 'a')));
}

}  // namespace latchkey::outbound
