// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/der.hpp"

#include "base/encoding.hpp"
#include "latchkey/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::crypto::der {
namespace {

Bytes from_hex(std::string_view hex) {
    return hex_decode(hex).value();
}

std::optional<std::string> read_as(Tag tag, std::string_view hex) {
    const Bytes bytes = from_hex(hex);
    Reader reader(bytes);
    const auto contents = reader.read(tag);
    if (!contents) return std::nullopt;
    return hex_encode(*contents);
}

std::optional<std::string> read_number(std::string_view hex) {
    const Bytes bytes = from_hex(hex);
    Reader reader(bytes);
    const auto magnitude = reader.read_unsigned();
    if (!magnitude) return std::nullopt;
    return hex_encode(*magnitude);
}

}  // namespace

TEST_CASE("X.690: elements are read one after another, by their tag") {
    const Bytes bytes = from_hex("0401aa0402bbcc0500");
    Reader reader(bytes);
    CHECK_FALSE(reader.read(Tag::sequence));
    CHECK(hex_encode(reader.read(Tag::octet_string).value()) == "aa");
    CHECK(hex_encode(reader.read(Tag::octet_string).value()) == "bbcc");
    CHECK_FALSE(reader.at_end());
    CHECK_FALSE(reader.read(Tag::octet_string));
}

TEST_CASE("X.690: lengths are definite, minimal and inside of the bytes") {
    CHECK(read_as(Tag::octet_string, "0400") == "");
    const std::string contents(0x100, 'a');
    CHECK(read_as(Tag::octet_string, "048180" + contents) == contents);
    const std::string longer(0x200, 'b');
    CHECK(read_as(Tag::octet_string, "04820100" + longer) == longer);
    for (const std::string_view wrong :
         {"", "04", "0401", "0480", "048101aa", "04820001aa", "0481ff", "04850000000001aa", "04ff"
         }) {
        INFO(wrong);
        CHECK_FALSE(read_as(Tag::octet_string, wrong));
    }
    CHECK_FALSE(read_as(Tag::octet_string, "04820080" + contents));
}

TEST_CASE("X.690: integers are minimal; those below zero are not read") {
    CHECK(read_number("020100") == "");
    CHECK(read_number("02017f") == "7f");
    CHECK(read_number("02020080") == "80");
    for (const std::string_view wrong : {"0200", "020180", "0202007f", "02020000", "0401aa"}) {
        INFO(wrong);
        CHECK_FALSE(read_number(wrong));
    }
}

TEST_CASE("A read that fails leaves the reader where it was") {
    const Bytes bytes = from_hex("020180");
    Reader reader(bytes);
    CHECK_FALSE(reader.read_unsigned());
    CHECK(reader.read(Tag::integer));
    CHECK(reader.at_end());
}

TEST_CASE("What is written is read again") {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 70'000U}) {
        const Bytes contents(size, std::byte{0x5a});
        const Bytes element = write(Tag::sequence, contents);
        Reader reader(element);
        const auto read = reader.read(Tag::sequence);
        REQUIRE(read);
        CHECK(read->size() == size);
        CHECK(reader.at_end());
    }
    CHECK(hex_encode(write_unsigned({})) == "020100");
    CHECK(hex_encode(write_unsigned(from_hex("0000"))) == "020100");
    CHECK(hex_encode(write_unsigned(from_hex("0001"))) == "020101");
    CHECK(hex_encode(write_unsigned(from_hex("80"))) == "02020080");
}

TEST_CASE("X.690 section 8.1.2: an explicit tag is read back, in one byte or in three") {
    for (const std::uint32_t number : {0U, 1U, 30U, 31U, 127U, 128U, 600U, 702U, 16'383U}) {
        const Bytes inner = write(Tag::null, {});
        const Bytes element = write(ContextTag{number}, inner);
        Reader reader(element);
        CHECK_FALSE(reader.read(ContextTag{number + 1}));
        const auto contents = reader.read(ContextTag{number});
        REQUIRE(contents);
        CHECK(std::ranges::equal(*contents, inner));
        CHECK(reader.at_end());
        for (std::size_t size = 0; size < element.size(); ++size) {
            CHECK_FALSE(Reader(ByteView(element).first(size)).read_tagged());
        }
    }
}

TEST_CASE("X.690 section 8.1.2: tags of another class or form, or longer than needed, are none") {
    for (const auto* hex : {"0100", "8000", "6100", "bf0100", "bf1e00", "bf801f00", "bf81808000"}) {
        const Bytes element = hex_decode(hex).value();
        CAPTURE(hex);
        CHECK_FALSE(Reader(element).read_tagged());
    }
}

TEST_CASE("X.690 section 8.19: object identifiers are written from their dotted form") {
    CHECK(hex_encode(write_object_identifier("2.5.4.6")) == "550406");
    CHECK(
        hex_encode(write_object_identifier("1.3.6.1.4.1.45724.1.1.4")) == "2b0601040182e51c010104"
    );
    CHECK(hex_encode(write_object_identifier("1.2.840.113635.100.8.2")) == "2a864886f763640802");
    CHECK(hex_encode(write_object_identifier("2.999.4294967295")) == "88378fffffff7f");
    CHECK(hex_encode(write_object_identifier("0.0")) == "00");
    for (const auto* wrong :
         {"", "1", "1.", ".1", "3.1", "1.40", "1.2.x", "1.2.4294967296", "1..2"}) {
        CAPTURE(wrong);
        CHECK(write_object_identifier(wrong).empty());
    }
}

}  // namespace latchkey::crypto::der
