// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/judge.hpp"
#include "http/smuggling_cases.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::test {

namespace {

constexpr std::string_view chunked_head =
    "POST /a HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunked(std::string_view body) {
    return std::string(chunked_head).append(body);
}

std::string with_body(std::string_view body) {
    return "POST /a HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("4.2.1: bytes that can be read in two ways are refused, however they are cut") {
    for (const auto& each : smuggling_cases) {
        CAPTURE(each.name);
        for (const std::size_t step : {1U, 2U, 3U, 7U, 1'000'000U}) {
            CAPTURE(step);
            const auto verdict = judge(each.bytes, {.step = step});
            CHECK(verdict.status == each.status);
            CHECK_FALSE(verdict.reason.empty());
        }
    }
}

TEST_CASE("a request is read to its end and not further") {
    const std::string next = "GET /next HTTP/1.1\r\n";
    const auto plain = with_body("hello");
    auto verdict = judge(plain + next);
    CHECK(verdict.status == 200);
    CHECK(verdict.body == "hello");
    CHECK(verdict.used == plain.size());

    const auto in_chunks = chunked("3\r\nhel\r\n2;name=\"value\"\r\nlo\r\n0\r\n\r\n");
    verdict = judge(in_chunks + next);
    CHECK(verdict.status == 200);
    CHECK(verdict.body == "hello");
    CHECK(verdict.used == in_chunks.size());

    const std::string empty = "GET /a HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    verdict = judge(empty + next);
    CHECK(verdict.status == 200);
    CHECK(verdict.used == empty.size());
}

TEST_CASE("every body arrives as it was sent, whole or in chunks, however it is cut") {
    CHECK(rc::check([](const std::string& body) {
        const auto step = *rc::gen::inRange<std::size_t>(1, 9);
        RC_ASSERT(judge(with_body(body), {.step = step}).body == body);

        std::string chunks;
        std::string_view rest = body;
        while (!rest.empty()) {
            const auto size =
                *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(rest.size(), 15) + 1);
            chunks += std::string(1, "0123456789abcdef"[size]) + "\r\n";
            chunks.append(rest.substr(0, size)).append("\r\n");
            rest.remove_prefix(size);
        }
        const auto bytes = chunked(chunks + "0\r\n\r\n");
        const auto verdict = judge(bytes, {.step = step});
        RC_ASSERT(verdict.status == 200);
        RC_ASSERT(verdict.body == body);
        RC_ASSERT(verdict.used == bytes.size());
    }));
}

TEST_CASE("no bytes are read in two ways when they come in other pieces") {
    CHECK(rc::check([] {
        auto bytes = chunked("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") + with_body("x");
        const auto changes = *rc::gen::inRange(0, 4);
        for (int i = 0; i < changes; ++i) {
            const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            bytes[at] = *rc::gen::element('\r', '\n', ' ', ':', ',', '0', '\0', 'a', '\t', ';');
        }
        const auto whole = judge(bytes);
        const auto in_pieces = judge(bytes, {.step = *rc::gen::inRange<std::size_t>(1, 20)});
        // A refusal may wait for the rest of a line (0: more bytes are needed).
        const bool both_decided = in_pieces.status != 0 && whole.status != 0;
        RC_ASSERT(!both_decided || in_pieces.status == whole.status);
        RC_ASSERT((in_pieces.status == 200) == (whole.status == 200));
        RC_ASSERT(in_pieces.body == whole.body);
        RC_ASSERT(in_pieces.used == whole.used || whole.status != 200);
    }));
}

TEST_CASE(
    "T37: a head is at most as long as its limit: 431, or 414 if the request line alone is longer"
) {
    const std::string start = "GET /a HTTP/1.1\r\nHost: localhost:8080\r\nX-A: ";
    const std::string end = "\r\n\r\n";
    const std::size_t room = 1'000 - start.size() - end.size();
    CHECK(judge(start + std::string(room, 'a') + end, {.head_limit = 1'000}).status == 200);
    CHECK(judge(start + std::string(room + 1, 'a') + end, {.head_limit = 1'000}).status == 431);
    CHECK(judge(start + std::string(2'000, 'a'), {.head_limit = 1'000, .step = 10}).status == 431);
    CHECK(judge("GET /" + std::string(2'000, 'a'), {.head_limit = 1'000}).status == 414);
    CHECK(judge(start, {.head_limit = 1'000}).status == 0);
}

TEST_CASE("T37: a head has at most 100 fields") {
    const auto with_fields = [](int count) {
        std::string bytes = "GET /a HTTP/1.1\r\nHost: localhost:8080\r\n";
        for (int i = 1; i < count; ++i) {
            bytes += "X-" + std::to_string(i) + ": a\r\n";
        }
        return bytes + "\r\n";
    };
    CHECK(judge(with_fields(100)).status == 200);
    CHECK(judge(with_fields(101)).status == 431);
}

TEST_CASE(
    "T37: a body beyond its limit is refused with 413, before it was read where that is possible"
) {
    CHECK(judge(with_body("12345"), {.body_limit = 5}).status == 200);
    CHECK(
        judge(
            "POST /a HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 6\r\n\r\n",
            {.body_limit = 5}
        )
            .status == 413
    );
    CHECK(judge(chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), {.body_limit = 5}).status == 200);
    CHECK(judge(chunked("3\r\nabc\r\n3\r\n"), {.body_limit = 5}).status == 413);
    CHECK(judge(chunked("ffffffffffffffff\r\n"), {.body_limit = 5}).status == 413);
}

TEST_CASE("T37: a chunk line is at most 1 KiB long") {
    CHECK(judge(chunked("1;a=" + std::string(500, 'b') + "\r\nx\r\n0\r\n\r\n")).status == 200);
    CHECK(judge(chunked("1;a=" + std::string(5'000, 'b'))).status == 400);
    CHECK(judge(chunked("0\r\nX-A: " + std::string(5'000, 'b'))).status == 400);
}

TEST_CASE("the last chunk may come byte by byte (Beast asserts that it does not)") {
    const auto bytes = chunked("0\r\n\r\n");
    for (std::size_t size = chunked_head.size(); size < bytes.size(); ++size) {
        CHECK(judge(std::string_view(bytes).substr(0, size), {.step = 1}).status == 0);
    }
    CHECK(judge(bytes, {.step = 1}).status == 200);
}

}  // namespace latchkey::test
