// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/seal.hpp"

#include "base/secret.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::crypto {
namespace {

SecretKey filled_key(std::uint8_t fill) {
    std::array<std::byte, 32> key{};
    key.fill(static_cast<std::byte>(fill));
    return SecretKey(key);
}

Sealer sealer_with(const std::vector<std::pair<std::uint8_t, std::uint8_t>>& ids_and_fills) {
    std::vector<Sealer::Key> keys;
    keys.reserve(ids_and_fills.size());
    for (const auto& [id, fill] : ids_and_fills) {
        keys.push_back({id, filled_key(fill)});
    }
    return Sealer(std::move(keys));
}

Bytes copy_of(std::string_view text) {
    const auto bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("A sealed value opens under its context, whatever its length") {
    const auto sealer = sealer_with({{1, 0x11}});
    SystemRandom random;
    for (const std::string_view plain :
         {"", "x", "a challenge of thirty-two bytes!", "longer than two blocks of AES, which is 32"
         }) {
        for (const std::string_view context : {"", "sign-in/browser"}) {
            const auto sealed = sealer.seal(bytes_of(plain), bytes_of(context), random);
            CHECK(sealed.size() == plain.size() + 33);
            const auto opened = sealer.open(sealed, bytes_of(context));
            REQUIRE(opened);
            CHECK(opened->reveal() == copy_of(plain));
        }
    }
}

TEST_CASE("A value sealed twice looks different each time") {
    const auto sealer = sealer_with({{1, 0x11}});
    SystemRandom random;
    CHECK(sealer.seal(bytes_of("same"), {}, random) != sealer.seal(bytes_of("same"), {}, random));
}

TEST_CASE("A value does not open under another context") {
    const auto sealer = sealer_with({{1, 0x11}});
    SystemRandom random;
    const auto sealed = sealer.seal(bytes_of("secret"), bytes_of("account 1"), random);
    CHECK_FALSE(sealer.open(sealed, bytes_of("account 2")));
    CHECK_FALSE(sealer.open(sealed, {}));
}

TEST_CASE("A value with any byte changed or missing does not open") {
    const auto sealer = sealer_with({{1, 0x11}, {2, 0x22}});
    SystemRandom random;
    const auto sealed = sealer.seal(bytes_of("secret"), bytes_of("context"), random);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (const unsigned bit : {0x01U, 0x03U, 0x80U}) {
            Bytes changed = sealed;
            changed[i] ^= static_cast<std::byte>(bit);
            CHECK_FALSE(sealer.open(changed, bytes_of("context")));
        }
        CHECK_FALSE(sealer.open(ByteView(sealed).first(i), bytes_of("context")));
    }
    Bytes longer = sealed;
    longer.push_back(std::byte{0});
    CHECK_FALSE(sealer.open(longer, bytes_of("context")));
}

TEST_CASE("A new first key seals, the old one still opens") {
    SystemRandom random;
    const auto before = sealer_with({{1, 0x11}});
    const auto sealed = before.seal(bytes_of("secret"), {}, random);

    const auto rotated = sealer_with({{2, 0x22}, {1, 0x11}});
    REQUIRE(rotated.open(sealed, {}));
    CHECK(rotated.seal(bytes_of("secret"), {}, random).front() == std::byte{2});
    CHECK_FALSE(before.open(rotated.seal(bytes_of("secret"), {}, random), {}));
    CHECK_FALSE(sealer_with({{1, 0x33}}).open(sealed, {}));
}

TEST_CASE("A sealer that was given another first key seals by it, and opens what it can") {
    SystemRandom random;
    auto sealer = sealer_with({{1, 0x11}});
    const auto sealed = sealer.seal(bytes_of("secret"), {}, random);
    CHECK(sealer.key_id() == 1);
    CHECK(Sealer::key_id_of(sealed) == 1);
    std::vector<Sealer::Key> keys;
    keys.push_back({2, filled_key(0x22)});
    keys.push_back({1, filled_key(0x11)});
    sealer.use(std::move(keys));
    CHECK(sealer.key_id() == 2);
    CHECK(sealer.open(sealed, {}));
    CHECK(Sealer::key_id_of(sealer.seal(bytes_of("secret"), {}, random)) == 2);
    std::vector<Sealer::Key> newest;
    newest.push_back({2, filled_key(0x22)});
    sealer.use(std::move(newest));
    CHECK_FALSE(sealer.open(sealed, {}));
    CHECK_FALSE(Sealer::key_id_of(ByteView(sealed).first(32)));
}

}  // namespace latchkey::crypto
