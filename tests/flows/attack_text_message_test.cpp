// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "accounts/text_messages.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"
#include "support/http_client.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// Whoever makes us send messages that somebody else pays, or guesses what stands in them.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

const std::string own_number = "+4915123456789";
constexpr std::uint32_t daily_limit = 200;

LatchkeyOptions with_daily_limit() {
    return {
        .threads = 4,
        .text_messages =
            accounts::TextMessagePolicy{.countries = {"DE", "FR"}, .daily_limit = daily_limit},
    };
}

/// "+49151" with the number in four digits and `end` behind it.
std::string number_of(std::size_t n, std::string_view end) {
    return "+49151" + std::to_string(10'000 + n).substr(1) + std::string(end);
}

std::string person_of(std::string_view name, std::size_t n) {
    return std::string(name) + std::to_string(n) + "@example.com";
}

std::string network_of(std::string_view begin, std::size_t n) {
    return std::string(begin) + std::to_string(n) + ".1";
}

/// Asks for codes to `count` numbers, each in a block of its own; how many were sent.
std::size_t pump(Latchkey& latchkey, Person& attacker, std::size_t count) {
    const std::size_t before = latchkey.count_texts();
    REQUIRE(attacker.browser.get("/sign-in/add-phone?change=1").status() == 200);
    const std::string csrf = attacker.browser.page().text("csrf");
    std::vector<HttpClient> clients;
    constexpr std::size_t parallel = 8;
    for (std::size_t i = 0; i < parallel; ++i) {
        clients.push_back(attacker.browser.twin());
        clients.back().default_headers = {{"accept", "application/json"}};
    }
    in_parallel(parallel, [&](std::size_t i) {
        for (std::size_t n = i; n < count; n += parallel) {
            clients[i].default_headers = {
                {"accept", "application/json"},
                {"x-forwarded-for", network_of("10." + std::to_string(n / 250) + ".", n % 250)}
            };
            clients[i].post(
                "/sign-in/add-phone", {{"csrf", csrf}, {"number", number_of(n, "0000")}}
            );
        }
    });
    return latchkey.count_texts() - before;
}

TEST_CASE("T12: one address, one network or one block of numbers has few messages a day") {
    Latchkey latchkey(with_daily_limit());
    Person eve(latchkey, "eve@example.com");
    eve.prove_by_code();
    CHECK(pump(latchkey, eve, 40) == accounts::texts_per_address.count);
    for (std::size_t i = 0; i < 3; ++i) {
        Person other(latchkey, person_of("eve", i), {.address = "198.51.100.7"});
        other.prove_by_code();
        for (std::size_t n = 0; n < 10; ++n) {
            other.browser.get("/sign-in/add-phone?change=1");
            other.browser.submit(
                "/sign-in/add-phone", {{"number", number_of(100 * (i + 1) + n, "2222")}}
            );
        }
    }
    CHECK(latchkey.count_texts() == 10 + accounts::texts_per_network.count);
}

TEST_CASE("T12: 10,000 numbers get no more messages than the breaker lets through; others do") {
    Latchkey latchkey(with_daily_limit());
    constexpr std::size_t people = 40;
    constexpr std::size_t each = 250;
    std::size_t sent = 0;
    for (std::size_t i = 0; i < people; ++i) {
        Person eve(latchkey, person_of("eve", i), {.address = network_of("10.9.", i)});
        REQUIRE(eve.prove_by_code().status() == 303);
        sent += pump(latchkey, eve, each);
    }
    // Those under way when it was noticed come on top.
    CHECK(sent <= accounts::texts_to_judge + 8);
    CHECK(sent >= accounts::texts_to_judge);
    Person late(latchkey, "late@example.com", {.address = "198.51.100.1"});
    late.prove_by_code();
    const Page rests = late.add_phone("+4917012345678");
    CHECK(rests.status() == 429);
    CHECK(rests.error() == "text_rests");
    // Who is elsewhere is still served, and it is over within the hour.
    Person fleur(latchkey, "fleur@example.com", {.address = "198.51.101.1"});
    fleur.prove_by_code();
    CHECK(fleur.add_phone("+33612345678").status() == 200);
    latchkey.clock.advance(1h);
    Person ada(latchkey, "ada@example.com", {.address = "198.51.102.1"});
    ada.prove_by_code();
    CHECK(ada.add_phone(own_number).status() == 200);
}

TEST_CASE("T12: who answers is never taken for fraud, and the day's limit holds all the same") {
    LatchkeyOptions options = with_daily_limit();
    options.text_messages->daily_limit = 50;
    Latchkey latchkey(options);
    for (std::size_t i = 0; i < 50; ++i) {
        Person person(latchkey, person_of("p", i), {.address = network_of("10.8.", i)});
        person.prove_by_code();
        REQUIRE(person.add_phone(number_of(i, "1111")).status() == 200);
    }
    Person last(latchkey, "last@example.com", {.address = "198.51.100.1"});
    last.prove_by_code();
    CHECK(last.add_phone(own_number).error() == "text_too_many");
    CHECK(latchkey.count_texts() == 50);
}

TEST_CASE("T8: of 200 parallel guesses at a text code no more than five are compared") {
    Latchkey latchkey(with_daily_limit());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(own_number);
    latchkey.clock.advance(10min);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    REQUIRE(ada.ask_for_text().status() == 303);
    REQUIRE(ada.browser.get("/sign-in/second-step?way=text").status() == 200);
    const std::string csrf = ada.browser.page().text("csrf");
    const std::string right = ada.text_code(own_number);
    constexpr std::size_t count = 200;
    std::vector<HttpClient> clients = ada.browser.twins_of_many_networks(count);
    std::atomic<int> wrong = 0;
    std::atomic<int> unseen = 0;
    in_parallel(count, [&](std::size_t i) {
        std::string code = std::to_string(100'000 + i);
        if (code == right) code = "999999";
        const auto answer = clients[i].post(
            "/sign-in/second-step", {{"csrf", csrf}, {"way", "text"}, {"code", code}}
        );
        const bool is_wrong = answer.body.find(R"("code":"wrong")") != std::string::npos;
        (is_wrong ? wrong : unseen) += 1;
    });
    CHECK(wrong == accounts::limits::attempts_per_code);
    CHECK(unseen == count - accounts::limits::attempts_per_code);
    const auto phone = latchkey.store().find_second_steps(ada.account()->id).phone;
    CHECK(phone->failures == accounts::limits::attempts_per_code);
    CHECK(ada.take_second_step(right, "text").error() != "");
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("SP 800-63B 3.1.3.2: a new code does not set the wrong ones back") {
    Latchkey latchkey(with_daily_limit());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(own_number);
    ada.browser.http().cookies.clear();
    std::uint32_t wrong = 0;
    for (int day = 0; day < 4 && wrong < accounts::limits::phone_guesses; ++day) {
        latchkey.clock.advance(24h);
        for (int round = 0; round < 3; ++round) {
            latchkey.clock.advance(15min);
            ada.prove_by_code();
            for (int sent = 0; sent < 2; ++sent) {
                latchkey.clock.advance(2min);
                if (ada.ask_for_text().status() != 303) break;  // it opens nothing more
                const bool is_taken = ada.text_code(own_number) == "123456";
                for (int i = 0; i < 5; ++i) {
                    const std::string guess = is_taken ? "123457" : "123456";
                    wrong += ada.take_second_step(guess, "text").error() == "wrong" ? 1 : 0;
                }
            }
        }
    }
    CHECK(wrong == accounts::limits::phone_guesses);
    latchkey.clock.advance(24h);
    ada.prove_by_code();
    CHECK(ada.ask_for_text().error() == "phone_off");
    CHECK(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
}

TEST_CASE("T10: a text code is worth nothing for another purpose, sign-in or phone") {
    Latchkey latchkey(with_daily_limit());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(own_number);
    latchkey.clock.advance(10min);
    Person eve(latchkey, "eve@example.com", {.address = "198.51.100.7"});
    eve.sign_up_with_phone("+4916099999999");
    latchkey.clock.advance(10min);

    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    REQUIRE(ada.ask_for_text().status() == 303);
    const std::string code = ada.text_code(own_number);
    CHECK(ada.take_second_step(code, "recovery-code").error() == "malformed");
    // Another sign-in of the same person, in the same browser: the code was not for it.
    Person other(latchkey, ada.email);
    other.prove_by_code();
    REQUIRE(other.browser.get("/sign-in/second-step?way=text").status() == 200);
    CHECK(other.take_second_step(code, "text").error() == "malformed");
    eve.browser.http().cookies.clear();
    eve.prove_by_code();
    REQUIRE(eve.ask_for_text().status() == 303);
    if (eve.text_code("+4916099999999") != code) {
        CHECK(eve.take_second_step(code, "text").error() == "wrong");
    }
    CHECK(ada.take_second_step(code, "text").status() == 303);
    // Spent.
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    CHECK(ada.take_second_step(code, "text").error() == "malformed");
}

TEST_CASE("T1: with the first proof alone no phone is turned on, and no other one texted") {
    Latchkey latchkey(with_daily_limit());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(own_number);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    ada.browser.get("/sign-in/second-step");
    const std::string csrf = ada.browser.page().text("csrf");
    for (const std::string path :
         {"/sign-in/add-phone",
          "/sign-in/add-phone/code",
          "/settings/phone",
          "/settings/phone/code",
          "/settings/phone/turn-off"}) {
        const auto answer = ada.browser.http().post(
            path, {{"csrf", csrf}, {"number", "+4916099999999"}, {"code", "123456"}}
        );
        CHECK(answer.status >= 400);
    }
    CHECK(latchkey.texts_to("+4916099999999").empty());
}

TEST_CASE("No own_number and no code by text message stands in the log") {
    Latchkey latchkey(with_daily_limit());
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_phone(own_number);
    const std::string log = latchkey.log_with("/sign-in/add-phone/code");
    CHECK(log.find("23456789") == std::string::npos);
    CHECK(log.find(ada.text_code(own_number)) == std::string::npos);
}

}  // namespace
}  // namespace latchkey::test
