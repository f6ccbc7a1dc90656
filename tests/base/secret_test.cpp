// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/secret.hpp"

#include "latchkey/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey {
namespace {

static_assert(!std::is_copy_constructible_v<SecretText>);
static_assert(!std::is_copy_assignable_v<SecretKey>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);

bool is_all_zero(std::span<const std::byte> memory) {
    return std::ranges::all_of(memory, [](std::byte byte) { return byte == std::byte{0}; });
}

SecretKey make_key() {
    std::array<std::byte, 32> bytes{};
    bytes.fill(std::byte{0x5a});
    return SecretKey(bytes);
}

TEST_CASE("wipe overwrites every byte, and nothing of nothing") {
    std::array<std::byte, 5> memory{};
    memory.fill(std::byte{7});
    wipe(memory);
    CHECK(is_all_zero(memory));
    wipe({});
}

TEST_CASE("the memory of a secret is zero after its end") {
    alignas(SecretKey) std::array<std::byte, sizeof(SecretKey)> place{};
    auto* key = new (place.data()) SecretKey(make_key());
    CHECK(key->reveal().at(31) == std::byte{0x5a});
    key->~SecretKey();
    CHECK(is_all_zero(place));
}

TEST_CASE("a secret that was moved from holds nothing of it") {
    SecretKey first = make_key();
    const SecretKey second = std::move(first);
    CHECK(is_all_zero(first.reveal()));
    CHECK(second.reveal().at(0) == std::byte{0x5a});
}

TEST_CASE("a short text leaves nothing behind in the string that it was moved out of") {
    alignas(SecretText) std::array<std::byte, sizeof(SecretText)> place{};
    auto* first = new (place.data()) SecretText(std::string("12345678"));
    const std::string_view memory = text_of(place);
    CHECK(memory.find("2345678") != std::string_view::npos);  // short strings live in the object
    const SecretText second = std::move(*first);
    CHECK(memory.find("2345") == std::string_view::npos);
    CHECK(first->reveal().empty());
    CHECK(second.reveal() == "12345678");
    first->~SecretText();
}

TEST_CASE("a secret assigned over another replaces it, and to itself keeps it") {
    SecretText text(std::string("first"));
    text = SecretText(std::string("second"));
    CHECK(text.reveal() == "second");
    SecretText& same = text;
    text = std::move(same);
    CHECK(text.reveal() == "second");
}

TEST_CASE("clone makes a second holder of the same secret") {
    const SecretKey first = make_key();
    const SecretKey second = first.clone();
    CHECK(first.reveal() == second.reveal());
}

}  // namespace
}  // namespace latchkey
