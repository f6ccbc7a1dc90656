// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/codes.hpp"
#include "base/clock.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "flows/watched_store.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// A code that is not this one; different for each `number`.
std::string wrong_code(const std::string& right, std::size_t number) {
    std::string code = std::to_string(10'000'000 + number);
    if (code == right) code = "99999999";
    return code;
}

/// Client addresses in networks of their own.
std::string address_in_network(std::size_t number) {
    return "10." + std::to_string(number / 250 % 250) + "." + std::to_string(number % 250) + ".1";
}

TEST_CASE("T8: of 200 parallel guesses at one code at most five are compared") {
    auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.threads = 4, .wrap_store = watched_by(watch)});
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    const std::string csrf = ada.browser.page().text("csrf");

    constexpr std::size_t count = 200;
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(ada.browser.twin());
        // As JSON or HTML, each from a network of its own: no way in counts apart.
        clients.back().default_headers = {
            {"accept", i % 2 == 0 ? "application/json" : "text/html"},
            {"x-forwarded-for", address_in_network(i)},
        };
    }
    std::atomic<int> answered = 0;
    in_parallel(count, [&](std::size_t i) {
        const auto answer =
            clients[i].post("/sign-in/code", {{"csrf", csrf}, {"code", wrong_code(code, i)}});
        answered += answer.status == 422 || answer.status == 429 ? 1 : 0;
    });
    CHECK(answered == count);
    CHECK(watch->guesses_compared() <= 5);
    CHECK(watch->guesses_compared() >= 1);
    const Page late = ada.enter_code(code);
    CHECK(late.status() >= 400);
    CHECK_FALSE(ada.account());
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
}

TEST_CASE("T8: a right guess among parallel wrong ones is used once") {
    Latchkey latchkey({.threads = 4});
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    const std::string csrf = ada.browser.page().text("csrf");
    std::vector<HttpClient> clients;
    clients.reserve(20);
    for (int i = 0; i < 20; ++i) {
        clients.push_back(ada.browser.twin());
    }
    std::atomic<int> proved = 0;
    in_parallel(clients.size(), [&](std::size_t i) {
        const auto answer = clients[i].post("/sign-in/code", {{"csrf", csrf}, {"code", code}});
        proved += answer.status == 303 ? 1 : 0;
    });
    CHECK(proved == 1);
}

/// One stranger's day of guessing: a fresh browser and network for each code. The answers that
/// came out of a comparison are counted by the store.
void guess_for(Latchkey& latchkey, const std::string& victim, std::chrono::hours duration) {
    const TimePoint end = latchkey.clock.now() + duration;
    std::size_t number = 0;
    while (latchkey.clock.now() < end) {
        Person stranger(latchkey, victim, {.address = address_in_network(++number)});
        stranger.browser.get("/sign-in");
        if (stranger.browser.submit("/sign-in/email", {{"email", victim}}).status() == 303) {
            const std::string code = latchkey.code_for(victim);
            stranger.browser.get("/sign-in/code");
            for (std::size_t i = 0; i < 6; ++i) {
                CHECK(stranger.enter_code(wrong_code(code, i)).status() >= 400);
            }
        }
        latchkey.clock.advance(5min);
    }
}

TEST_CASE("T8: in 24 hours a stranger compares 15 guesses at an address, however slowly he goes") {
    auto watch = std::make_shared<StoreWatch>();
    Latchkey latchkey({.wrap_store = watched_by(watch)});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(24h);

    watch->forget();
    guess_for(latchkey, ada.email, 24h);
    CHECK(watch->guesses_compared() == accounts::guesses_per_address.count);
    CHECK(latchkey.mails_to(ada.email).size() <= 2 + accounts::codes_per_address.count);

    // Another day brings as many again, not more: the window rolls, nothing resets it.
    watch->forget();
    guess_for(latchkey, ada.email, 24h);
    CHECK(watch->guesses_compared() <= 2 * accounts::guesses_per_address.count);
}

TEST_CASE("T8: no stranger can lock the owner out: not the passkey, not the browser that is known"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    const auto cookies = ada.browser.http().cookies;
    latchkey.clock.advance(24h);
    guess_for(latchkey, ada.email, 12h);

    Person stranger(latchkey, ada.email, {.address = "203.0.113.77"});
    stranger.browser.get("/sign-in");
    const Page limited = stranger.browser.submit("/sign-in/email", {{"email", ada.email}});
    CHECK(limited.status() == 429);
    CHECK(limited.error() == "too_many");
    CHECK(limited.find("error.wait_seconds") != nullptr);

    ada.browser.http().cookies = cookies;
    CHECK(ada.prove_by_code().status() == 303);
    CHECK(ada.is_signed_in());
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in().status() == 200);
}

TEST_CASE("T8: a new code does not reset the count of guesses, nor does starting over") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    std::size_t wrong = 0;
    for (int codes = 0; codes < 3; ++codes) {
        REQUIRE(ada.ask_for_code().status() == 200);
        const std::string code = latchkey.code_for(ada.email);
        for (std::size_t i = 0; i < 5; ++i) {
            const Page answer = ada.enter_code(wrong_code(code, i));
            CHECK(answer.status() == 422);
            ++wrong;
        }
        REQUIRE(ada.browser.submit("/sign-in/restart", {}).status() == 303);
    }
    CHECK(wrong == accounts::guesses_per_address.count);
    latchkey.clock.advance(15min);
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    const Page limited = ada.enter_code(code);
    CHECK(limited.status() == 429);
    CHECK(limited.error() == "too_many");
    CHECK_FALSE(ada.account());
}

TEST_CASE("T8: one network gets 60 codes an hour, and another one still gets its own") {
    Latchkey latchkey;
    for (int i = 0; i < 60; ++i) {
        Person person(
            latchkey, "p" + std::to_string(i) + "@example.com", {.address = "198.51.100.1"}
        );
        REQUIRE(person.ask_for_code().status() == 200);
    }
    Person late(latchkey, "late@example.com", {.address = "198.51.100.200"});
    CHECK(late.ask_for_code().status() == 429);
    Person elsewhere(latchkey, "late@example.com", {.address = "198.51.101.1"});
    CHECK(elsewhere.ask_for_code().status() == 200);
    latchkey.clock.advance(1h);
    CHECK(late.ask_for_code().status() == 200);
}

TEST_CASE("T10: a code is good for its address and the browser that asked, and nothing else") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person bob(latchkey, "bob@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    REQUIRE(bob.ask_for_code().status() == 200);
    CHECK(bob.enter_code(latchkey.code_for(ada.email)).error() == "wrong");

    // The cookie that remembers ada's code, in the browser of bob: bound to hers.
    Person thief(latchkey, "eve@example.com");
    thief.browser.get("/sign-in");
    thief.browser.http().cookies["__Host-latchkey_code"] =
        ada.browser.http().cookies.at("__Host-latchkey_code");
    CHECK(thief.enter_code(latchkey.code_for(ada.email)).status() == 409);
    CHECK(ada.enter_code().status() == 303);
}

TEST_CASE("T11: a code that was talked out of somebody is worth nothing in another browser") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person thief(latchkey, ada.email, {.address = "203.0.113.9"});
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string talked_out = latchkey.code_for(ada.email);
    REQUIRE(thief.ask_for_code().status() == 200);
    CHECK(thief.enter_code(talked_out).error() == "wrong");
    CHECK_FALSE(thief.is_signed_in());
}

}  // namespace
}  // namespace latchkey::test
