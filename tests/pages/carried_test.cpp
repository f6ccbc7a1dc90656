// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "crypto/system_random.hpp"
#include "pages/ceremonies.hpp"
#include "pages/cookies.hpp"
#include "support/fixed_clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::pages {
namespace {

SecretKey key_of(std::byte fill) {
    std::array<std::byte, 32> bytes{};
    bytes.fill(fill);
    return SecretKey(bytes);
}

crypto::Sealer make_sealer() {
    std::vector<crypto::Sealer::Key> keys;
    keys.push_back({.id = 1, .key = key_of(std::byte{7})});
    return crypto::Sealer(std::move(keys));
}

/// What a server process holds; a second one with the same key file is a restart.
struct Process {
    test::FixedClock clock{from_milliseconds(1'800'000'000'000)};
    crypto::SystemRandom random;
    crypto::Sealer sealer = make_sealer();
    Ceremonies ceremonies{sealer, clock, random};
};

TEST_CASE("A token leads back to its row only with the same pepper") {
    const SecretKey pepper = key_of(std::byte{1});
    const Token token{.id = 4'711, .secret = key_of(std::byte{2})};
    const std::string cookie = write_token(token, pepper);
    const auto read = read_token(cookie, pepper);
    REQUIRE(read.has_value());
    CHECK(read->id == 4'711);
    CHECK(token_hash(read->secret) == token_hash(token.secret));
    CHECK(read_token(cookie, key_of(std::byte{3}))->id != 4'711);
}

TEST_CASE("A token cookie that is not one is refused") {
    const SecretKey pepper = key_of(std::byte{1});
    const Token token{.id = 1, .secret = key_of(std::byte{2})};
    const std::string cookie = write_token(token, pepper);
    CHECK_FALSE(read_token("", pepper).has_value());
    CHECK_FALSE(read_token(cookie + "A", pepper).has_value());
    CHECK_FALSE(read_token(cookie.substr(1), pepper).has_value());
    CHECK_FALSE(read_token("!" + cookie.substr(1), pepper).has_value());
}

TEST_CASE("A pending code opens only in the browser that it was sealed for") {
    Process process;
    const PendingCode pending{
        .code = accounts::CodeId(9),
        .email = *accounts::EmailAddress::parse("Ada@example.com"),
        .purpose = {.intent = accounts::Intent::confirm, .return_to = "/settings/security"},
    };
    const std::string cookie =
        seal_pending_code(pending, "browser a", process.sealer, process.random);
    const auto opened = open_pending_code(cookie, "browser a", process.sealer);
    REQUIRE(opened.has_value());
    CHECK(opened->code == pending.code);
    CHECK(opened->email == pending.email);
    CHECK(opened->purpose.intent == accounts::Intent::confirm);
    CHECK_FALSE(open_pending_code(cookie, "browser b", process.sealer).has_value());
    for (std::size_t i = 0; i < cookie.size(); ++i) {
        std::string changed = cookie;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(open_pending_code(changed, "browser a", process.sealer).has_value());
    }
}

TEST_CASE("T16: a challenge is spent once, also by two at the same moment") {
    Process process;
    const auto issued = process.ceremonies.issue("browser", {});
    const auto ceremony = process.ceremonies.open(issued.sealed, "browser");
    REQUIRE(ceremony.has_value());
    CHECK(ceremony->is_alive);
    CHECK(ceremony->challenge == issued.challenge);
    std::atomic<int> spent = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            if (process.ceremonies.spend(*ceremony)) ++spent;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(spent == 1);
}

TEST_CASE("T16: a challenge is dead after five minutes, also for its list of spent ones") {
    Process process;
    const auto issued = process.ceremonies.issue("browser", {});
    const auto early = process.ceremonies.open(issued.sealed, "browser");
    process.clock.advance(accounts::limits::challenge_lifetime);
    CHECK_FALSE(process.ceremonies.open(issued.sealed, "browser")->is_alive);
    CHECK_FALSE(process.ceremonies.spend(*early));
}

TEST_CASE("T16: a restart ends every challenge and keeps what the person is here for") {
    Process before;
    Process after;
    const auto issued =
        before.ceremonies.issue("browser", {.intent = accounts::Intent::add_passkey});
    const auto ceremony = after.ceremonies.open(issued.sealed, "browser");
    REQUIRE(ceremony.has_value());
    CHECK_FALSE(ceremony->is_alive);
    CHECK_FALSE(after.ceremonies.spend(*ceremony));
    CHECK(ceremony->purpose.intent == accounts::Intent::add_passkey);
}

TEST_CASE("T17: a challenge of another browser does not open") {
    Process process;
    const auto issued = process.ceremonies.issue("browser a", {});
    CHECK_FALSE(process.ceremonies.open(issued.sealed, "browser b").has_value());
    CHECK_FALSE(process.ceremonies.open("", "browser a").has_value());
    CHECK_FALSE(process.ceremonies.open("AAAA", "browser a").has_value());
}

TEST_CASE("T16: no moment lets a challenge be spent twice while it lives") {
    const auto lifetime = accounts::limits::challenge_lifetime;
    for (const auto issued_after : {0 * lifetime, lifetime / 2, lifetime}) {
        for (const auto spent_after : {0 * lifetime, lifetime / 3, lifetime * 9 / 10}) {
            Process process;
            const auto first = process.ceremonies.issue("browser", {});
            REQUIRE(process.ceremonies.spend(*process.ceremonies.open(first.sealed, "browser")));
            process.clock.advance(issued_after);
            const auto issued = process.ceremonies.issue("browser", {});
            process.clock.advance(spent_after);
            const auto ceremony = process.ceremonies.open(issued.sealed, "browser");
            REQUIRE(process.ceremonies.spend(*ceremony));
            for (int i = 0; i < 20; ++i) {
                CHECK_FALSE(process.ceremonies.spend(*ceremony));
                process.clock.advance(lifetime / 20);
            }
        }
    }
}

TEST_CASE("The spent list forgets what has expired") {
    Process process;
    for (int i = 0; i < 100; ++i) {
        const auto issued = process.ceremonies.issue("browser", {});
        REQUIRE(process.ceremonies.spend(*process.ceremonies.open(issued.sealed, "browser")));
    }
    CHECK(process.ceremonies.spent_count() == 100);
    // A list is let go as a whole, once the youngest challenge in it has expired.
    for (const std::size_t kept : {101U, 2U, 2U}) {
        process.clock.advance(accounts::limits::challenge_lifetime);
        const auto issued = process.ceremonies.issue("browser", {});
        REQUIRE(process.ceremonies.spend(*process.ceremonies.open(issued.sealed, "browser")));
        CHECK(process.ceremonies.spent_count() == kept);
    }
    process.clock.advance(2 * accounts::limits::challenge_lifetime);
    const auto issued = process.ceremonies.issue("browser", {});
    REQUIRE(process.ceremonies.spend(*process.ceremonies.open(issued.sealed, "browser")));
    CHECK(process.ceremonies.spent_count() == 1);
}

}  // namespace
}  // namespace latchkey::pages
