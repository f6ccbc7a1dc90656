// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/cbor.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "support/cbor_writer.hpp"
#include "support/vectors.hpp"
#include "webauthn/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::webauthn::cbor {
namespace {

namespace write = test::cbor;

Bytes from_hex(std::string_view hex) {
    return hex_decode(hex).value();
}

std::optional<Error> error_of(ByteView bytes, const Limits& limits = {}) {
    const auto item = parse(bytes, limits);
    if (item) return std::nullopt;
    return item.error();
}

std::optional<Error> error_of(std::string_view hex) {
    return error_of(from_hex(hex));
}

/// The item as JSON, as far as JSON has it; nullopt for the rest.
std::optional<json::Value> to_json(const Item& item) {
    if (const auto integer = item.as_integer()) return json::Value(*integer);
    if (const auto text = item.as_text()) return json::Value(*text);
    if (const auto boolean = item.as_bool()) return json::Value(*boolean);
    auto children = item.children();
    if (item.type() == Type::array) {
        json::Array array;
        while (const auto child = children.next()) {
            auto value = to_json(*child);
            if (!value) return std::nullopt;
            array.push_back(*std::move(value));
        }
        return json::Value(std::move(array));
    }
    if (item.type() != Type::map) return std::nullopt;
    json::Value object{json::Object()};
    while (const auto key = children.next()) {
        const auto name = key->as_text();
        auto value = to_json(children.next().value());
        if (!name || !value) return std::nullopt;
        object.set(std::string(*name), *std::move(value));
    }
    return object;
}

/// Four of the vectors are integers beyond 64 bits, which the JSON reader refuses.
std::string without_huge_integers(std::string text) {
    for (const std::string_view huge :
         {"-18446744073709551617",
          "-18446744073709551616",
          "18446744073709551616",
          "18446744073709551615"}) {
        const auto position = text.find(huge);
        REQUIRE(position != std::string::npos);
        text.replace(position, huge.size(), "null");
    }
    return text;
}

}  // namespace

TEST_CASE("RFC 8949 appendix A: what is canonical is read, tags and indefinite lengths are refused"
) {
    const auto data = test::test_data();
    if (!data) return;
    const auto path = *data / "cbor" / "rfc8949-appendix-a.json";
    const auto vectors = test::parse_record(without_huge_integers(test::read_file(path)));
    REQUIRE(vectors);
    std::size_t accepted = 0;
    for (const json::Value& vector : *vectors->as_array()) {
        const std::string& hex = *vector.find_string("hex");
        INFO(hex);
        const bool is_tagged = hex[0] == 'c' || hex[0] == 'd';
        // The vectors that do not round-trip are indefinite lengths and floats in a longer form.
        const bool is_indefinite = !*vector.find("roundtrip")->as_bool() && hex[0] != 'f';
        const Bytes bytes = from_hex(hex);
        const auto item = parse(bytes);
        REQUIRE(item.has_value() == (!is_tagged && !is_indefinite));
        if (!item) {
            CHECK(item.error() == (is_tagged ? Error::tagged : Error::indefinite_length));
            continue;
        }
        ++accepted;
        const json::Value* decoded = vector.find("decoded");
        const auto read = to_json(*item);
        if (read && decoded != nullptr && !decoded->is_null()) CHECK(*read == *decoded);
    }
    CHECK(accepted > 50);
}

TEST_CASE("RFC 8949 appendix F: what is not well-formed is refused") {
    const auto data = test::test_data();
    if (!data) return;
    const auto path = *data / "cbor" / "rfc8949-appendix-f-not-well-formed.json";
    const auto vectors = test::parse_record(test::read_file(path));
    REQUIRE(vectors);
    for (const json::Value& vector : *vectors->as_array()) {
        INFO(*vector.find_string("hex"));
        CHECK(error_of(*vector.find_string("hex")));
    }
}

TEST_CASE("CTAP2 canonical form: each value has one encoding") {
    CHECK(error_of("") == Error::truncated);
    CHECK(error_of("0000") == Error::trailing_bytes);
    CHECK(error_of("1817") == Error::not_minimal);                // 23 in two bytes
    CHECK(error_of("1900ff") == Error::not_minimal);              // 255 in three
    CHECK(error_of("1a0000ffff") == Error::not_minimal);          // 65535 in five
    CHECK(error_of("1b00000000ffffffff") == Error::not_minimal);  // 2^32 - 1 in nine
    CHECK(error_of("3817") == Error::not_minimal);                // -24 in two bytes
    CHECK(error_of("580100") == Error::not_minimal);              // a length
    CHECK(error_of("9800") == Error::not_minimal);                // a count
    for (const char* smallest : {"1818", "190100", "1a00010000", "1b0000000100000000", "f820"}) {
        CHECK_FALSE(error_of(smallest));
    }
    CHECK(error_of("5f40ff") == Error::indefinite_length);
    CHECK(error_of("bfff") == Error::indefinite_length);
    CHECK(error_of("1c") == Error::reserved);
    CHECK(error_of("1f") == Error::reserved);
    CHECK(error_of("df") == Error::reserved);
    CHECK(error_of("ff") == Error::reserved);
    CHECK(error_of("f81f") == Error::reserved);  // a simple value below 32
    CHECK(error_of("c000") == Error::tagged);
    CHECK(error_of("61ff") == Error::not_utf8);
    CHECK(error_of("63eda080") == Error::not_utf8);  // a surrogate
}

TEST_CASE("An argument that is cut is none, whatever follows the bytes") {
    const Bytes following(9, std::byte{0x18});
    for (const auto& [initial, width] : std::vector<std::pair<std::uint8_t, std::size_t>>{
             {0x18, 1}, {0x19, 2}, {0x1a, 4}, {0x1b, 8}
         }) {
        Bytes bytes = following;
        bytes.front() = std::byte{initial};
        CHECK(error_of(ByteView(bytes).first(width)) == Error::truncated);
        CHECK_FALSE(error_of(ByteView(bytes).first(width + 1)));
    }
}

TEST_CASE("A map with a key twice is refused, in order or out of it") {
    CHECK(error_of("a201000100") == Error::duplicate_key);
    CHECK(error_of("a3010002000100") == Error::duplicate_key);
    CHECK(error_of("a3616100616200616100") == Error::duplicate_key);
    CHECK_FALSE(error_of("a20100613100"));
    CHECK_FALSE(error_of("a220000000"));
}

TEST_CASE("Keys out of order are read, and told") {
    const auto sorted = from_hex("a3010020006161f4");
    const auto unsorted = from_hex("a36161f401002000");
    CHECK(parse(sorted)->is_sorted());
    REQUIRE(parse(unsorted));
    CHECK_FALSE(parse(unsorted)->is_sorted());
    CHECK(parse(unsorted)->find(-1)->as_integer() == 0);
    CHECK(parse(unsorted)->find("a")->as_bool() == false);
}

TEST_CASE("Depth and number of items are limited") {
    const auto nested = [](std::size_t depth) {
        Bytes bytes(depth, std::byte{0x81});
        bytes.push_back(std::byte{0});
        return bytes;
    };
    CHECK_FALSE(error_of(nested(limits::cbor_depth)));
    CHECK(error_of(nested(limits::cbor_depth + 1)) == Error::too_deep);
    CHECK(error_of(nested(100'000)) == Error::too_deep);
    const auto as_key = [&](std::size_t depth) {
        return write::map({{nested(depth), write::integer(0)}});
    };
    CHECK_FALSE(error_of(as_key(limits::cbor_depth - 1)));
    CHECK(error_of(as_key(limits::cbor_depth)) == Error::too_deep);

    const auto wide = [](std::size_t count) {
        return write::array(std::vector<Bytes>(count, Bytes{std::byte{0}}));
    };
    CHECK_FALSE(error_of(wide(limits::cbor_items - 1)));
    CHECK(error_of(wide(limits::cbor_items)) == Error::too_many);
    // A count that the bytes cannot hold is refused before anything is walked over.
    CHECK(error_of("9bffffffffffffffff") == Error::truncated);
    CHECK(error_of("bb7fffffffffffffff") == Error::truncated);
    CHECK(error_of("5bffffffffffffffff00") == Error::truncated);
}

TEST_CASE("Values are read as their type and no other") {
    const Bytes bytes = write::map(
        {{write::integer(1), write::integer(-257)},
         {write::text("t"), write::text("text")},
         {write::text("b"), write::bytes(bytes_of("bytes"))},
         {write::text("f"), write::boolean(true)}}
    );
    const auto map = parse(bytes);
    REQUIRE(map);
    CHECK(map->size() == 4);
    CHECK(map->find(1)->as_integer() == -257);
    CHECK_FALSE(map->find(1)->as_text());
    CHECK_FALSE(map->find(1)->as_bytes());
    CHECK(map->find("t")->as_text() == "text");
    CHECK_FALSE(map->find("t")->as_bytes());
    CHECK(text_of(map->find("b")->as_bytes().value()) == "bytes");
    CHECK_FALSE(map->find("b")->as_text());
    CHECK_FALSE(map->find("b")->as_integer());
    CHECK(map->find("b")->size() == 0);
    CHECK(map->find("f")->as_bool() == true);
    CHECK_FALSE(map->find("f")->as_integer());
    CHECK_FALSE(map->find("f")->find("f"));
    CHECK_FALSE(map->find("x"));
    CHECK_FALSE(map->find(2));
}

TEST_CASE("Integers beyond 64 bits with a sign are read over, not wrapped") {
    CHECK(parse(from_hex("1b7fffffffffffffff"))->as_integer() == INT64_MAX);
    CHECK(parse(from_hex("3b7fffffffffffffff"))->as_integer() == INT64_MIN);
    CHECK_FALSE(parse(from_hex("1b8000000000000000"))->as_integer());
    CHECK_FALSE(parse(from_hex("3b8000000000000000"))->as_integer());
}

TEST_CASE("A prefix ends where its item ends") {
    const Bytes bytes = from_hex("a10041ff00");
    const auto prefix = parse_prefix(bytes);
    REQUIRE(prefix);
    CHECK(hex_encode(prefix->item.encoded()) == "a10041ff");
    CHECK(hex_encode(prefix->rest) == "00");
}

TEST_CASE("Property: any bytes are either refused or one item that can be walked to its end") {
    const bool holds = rc::check([](const std::vector<std::uint8_t>& raw) {
        const auto bytes = std::as_bytes(std::span(raw));
        const auto prefix = parse_prefix(bytes);
        if (!prefix) return;
        RC_ASSERT(prefix->item.encoded().size() + prefix->rest.size() == bytes.size());
        std::size_t walked = 0;
        auto children = prefix->item.children();
        while (const auto child = children.next()) {
            walked += child->encoded().size();
        }
        RC_ASSERT(walked <= prefix->item.encoded().size());
    });
    CHECK(holds);
}

TEST_CASE("Property: an integer that is written is read again") {
    const bool holds = rc::check([](std::int64_t value) {
        const Bytes bytes = write::integer(value);
        const auto item = parse(bytes);
        RC_ASSERT(item.has_value());
        RC_ASSERT(item->as_integer() == value);
    });
    CHECK(holds);
}

}  // namespace latchkey::webauthn::cbor
