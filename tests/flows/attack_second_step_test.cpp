// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/codes.hpp"
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/parallel.hpp"
#include "flows/person.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// Whoever has the first proof and not the second.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// A code that the app shows neither now nor in the step before; different for each `number`.
std::string wrong_code(const Person& person, std::size_t number) {
    std::string code = std::to_string(100'000 + number);
    while (code == person.app_code() || code == person.app_code(-1)) {
        code.back() = code.back() == '9' ? '0' : '9';
    }
    return code;
}

accounts::AuthenticatorApp app_of(Latchkey& latchkey, const Person& person) {
    const auto steps = latchkey.store().find_second_steps(person.account()->id);
    REQUIRE(steps.app);
    return *steps.app;
}

TEST_CASE("T1, T4: the first proof of an account with an app opens no session and adds nothing") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.turn_on_app().status() == 200);
    ada.browser.http().cookies.clear();
    for (const std::string query : {"", "?intent=add-passkey", "?intent=confirm"}) {
        latchkey.clock.advance(16min);
        REQUIRE(ada.prove_by_code(query).location() == "/sign-in/second-step");
        CHECK_FALSE(ada.is_signed_in());
        CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
        CHECK(ada.browser.get("/sign-in/add-app").status() == 409);
        CHECK(ada.browser.get("/settings/security").status() == 401);
        ada.browser.get("/sign-in/second-step");
        const std::string csrf = ada.browser.page().text("csrf");
        for (const std::string path :
             {"/sign-in/add-passkey",
              "/sign-in/add-app",
              "/settings/app",
              "/settings/app/turn-off",
              "/settings/recovery-codes"}) {
            CHECK(ada.browser.http().post(path, {{"csrf", csrf}}).status >= 400);
        }
    }
    CHECK(ada.account()->factors == 2);
    CHECK(ada.account()->recovered_at == std::nullopt);
}

TEST_CASE("T8: of 200 parallel guesses at an app no more than the limit are compared") {
    Latchkey latchkey({.threads = 4});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    REQUIRE(ada.browser.get("/sign-in/second-step").status() == 200);
    const std::string csrf = ada.browser.page().text("csrf");
    constexpr std::size_t count = 200;
    std::vector<HttpClient> clients = ada.browser.twins_of_many_networks(count);
    std::atomic<int> wrong = 0;
    std::atomic<int> limited = 0;
    in_parallel(count, [&](std::size_t i) {
        const int status = clients[i]
                               .post(
                                   "/sign-in/second-step",
                                   {{"csrf", csrf}, {"way", "app"}, {"code", wrong_code(ada, i)}}
                               )
                               .status;
        wrong += status == 422 ? 1 : 0;
        limited += status == 429 ? 1 : 0;
    });
    CHECK(wrong + limited == count);
    CHECK(app_of(latchkey, ada).failures == accounts::second_steps_short.count);
    CHECK(wrong == accounts::second_steps_short.count);
    // The right one is not compared now, either, and says how long to wait.
    const Page late = ada.take_second_step(ada.app_code());
    CHECK(late.status() == 429);
    CHECK(late.find("error.wait_seconds") != nullptr);
    CHECK_FALSE(ada.is_signed_in());
}

/// How many of several browsers, each with the first proof, the same code lets in at once.
int race_for(Person& person, std::string_view way, const std::string& code) {
    constexpr std::size_t count = 2;  // more codes are not sent to strangers in 15 minutes
    std::vector<Person> others;
    std::vector<HttpClient> clients;
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < count; ++i) {
        others.emplace_back(person.latchkey, person.email);
        REQUIRE(others.back().prove_by_code().location() == "/sign-in/second-step");
        others.back().browser.get("/sign-in/second-step");
        tokens.push_back(others.back().browser.page().text("csrf"));
        clients.push_back(others.back().browser.twin());
    }
    std::atomic<int> in = 0;
    in_parallel(count, [&](std::size_t i) {
        const auto answer = clients[i].post(
            "/sign-in/second-step", {{"csrf", tokens[i]}, {"way", std::string(way)}, {"code", code}}
        );
        in += answer.status == 303 ? 1 : 0;
    });
    return in;
}

TEST_CASE("T9: one code of an app signs in once, in whichever of many browsers") {
    Latchkey latchkey({.threads = 4});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    CHECK(race_for(ada, "app", ada.app_code()) == 1);
    // Nor again by the same sign-in, which is over.
    CHECK(ada.prove_by_code().location() == "/sign-in/second-step");
    CHECK(ada.take_second_step(ada.app_code()).error() == "wrong");
}

TEST_CASE("KC #26106: a recovery code signs in once, in whichever of many browsers") {
    Latchkey latchkey({.threads = 4});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    CHECK(race_for(ada, "recovery-code", ada.recovery_codes.at(0)) == 1);
    CHECK(latchkey.store().find_second_steps(ada.account()->id).recovery_codes == 9);
}

TEST_CASE("T10: a code of one purpose is worth nothing for another") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);

    ada.browser.http().cookies.clear();
    REQUIRE(ada.ask_for_code().status() == 200);
    CHECK(ada.enter_code(ada.app_code()).status() == 422);
    CHECK(ada.enter_code(ada.recovery_codes.at(0)).status() == 422);
    const std::string mailed = latchkey.code_for(ada.email);
    REQUIRE(ada.enter_code(mailed).status() == 303);
    CHECK(ada.take_second_step(mailed).status() == 422);
    CHECK(ada.take_second_step(mailed, "recovery-code").status() == 422);
    CHECK(ada.take_second_step(ada.recovery_codes.at(0), "app").status() == 422);
    CHECK(ada.take_second_step(ada.app_code(), "recovery-code").status() == 422);
    CHECK_FALSE(ada.is_signed_in());
    CHECK(latchkey.store().find_second_steps(ada.account()->id).recovery_codes == 10);
    CHECK(ada.take_second_step(ada.app_code()).status() == 303);
}

TEST_CASE("T10: codes of one account are worth nothing for another") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    Person eve(latchkey, "eve@example.com");
    eve.sign_up_with_app();
    latchkey.clock.advance(30s);
    eve.prove_by_code();
    CHECK(eve.take_second_step(ada.app_code()).error() == "wrong");
    CHECK(eve.take_second_step(ada.recovery_codes.at(0), "recovery-code").error() == "wrong");
    CHECK(latchkey.store().find_second_steps(ada.account()->id).recovery_codes == 10);
}

TEST_CASE("T3: an offered secret is good for its browser, its sign-in or session, and no other") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.prove_by_code();
    const std::string of_ada = ada.browser.get("/sign-in/add-app").text("offer");
    Person eve(latchkey, "eve@example.com");
    eve.prove_by_code();
    REQUIRE(eve.browser.get("/sign-in/add-app").status() == 200);
    const std::string csrf = eve.browser.page().text("csrf");
    const auto refused = [&eve, &csrf](std::string_view path, const std::string& offer) {
        return eve.browser.http()
            .post(path, {{"csrf", csrf}, {"offer", offer}, {"code", "123456"}})
            .status;
    };
    CHECK(refused("/sign-in/add-app", of_ada) == 409);
    for (const std::string& offer : {std::string(), std::string("AAAA"), std::string(2'000, 'A')}) {
        CHECK(refused("/sign-in/add-app", offer) == 409);
    }
    const std::string of_eve = eve.browser.page().text("offer");
    REQUIRE(eve.create_passkey().status() == 200);
    CHECK(refused("/settings/app", of_eve) == 409);
    // And one that was offered before the session went on under a new id is over, too.
    const std::string before = eve.browser.get("/settings/app").text("offer");
    REQUIRE(eve.confirm().status() == 200);
    CHECK(refused("/settings/app", before) == 409);
}

TEST_CASE("ASVS 6.3.5: the owner is told of wrong codes in a row once, each is in the log") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    ada.prove_by_code();
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(ada.take_second_step(wrong_code(ada, i)).error() == "wrong");
    }
    CHECK(latchkey.times_told(ada.email, "Wrong codes") == 1);
    const auto events = ada.events();
    CHECK(
        std::ranges::count(
            events, accounts::EventKind::second_step_wrong, &accounts::Event::kind
        ) == 6
    );
}

TEST_CASE("T37: who guesses from elsewhere does not use up what the owner's browser may try") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    latchkey.clock.advance(30s);
    Person thief(latchkey, ada.email, {.address = "198.51.100.9"});
    thief.app_secret = ada.app_secret;
    thief.prove_by_code();
    for (std::size_t i = 0; i < accounts::second_steps_short.count; ++i) {
        REQUIRE(thief.take_second_step(wrong_code(ada, i)).error() == "wrong");
    }
    REQUIRE(thief.take_second_step(wrong_code(ada, 99)).status() == 429);
    ada.prove_by_code();
    CHECK(ada.take_second_step(ada.app_code()).status() == 303);
    CHECK(app_of(latchkey, ada).failures == 0);
}

TEST_CASE("NIST SP 800-63B-4 3.2.2: after 50 wrong codes in a row the app opens nothing more") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    std::size_t guesses = 0;
    while (app_of(latchkey, ada).failures < accounts::limits::app_failures) {
        latchkey.clock.advance(16min);
        REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
        for (int i = 0; i < 10; ++i) {
            static_cast<void>(ada.take_second_step(wrong_code(ada, guesses++)));
        }
        REQUIRE(guesses < 1'000);
        latchkey.clock.advance(8h);
    }
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    const Page off = ada.take_second_step(ada.app_code());
    CHECK(off.status() == 422);
    CHECK(off.error() == "app_off");
    CHECK(*off.find("has_app") == json::Value(false));
    // A recovery code is the way on, and a passkey after that.
    CHECK(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
}

TEST_CASE("design.md 4.3: under a recovery nothing of two-step sign-in changes for 72 hours") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    ada.browser.http().cookies.clear();
    ada.prove_by_code("?intent=add-passkey");
    REQUIRE(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
    REQUIRE(ada.create_passkey().status() == 200);
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
    CHECK(ada.passkeys().at(0).recovered_at.has_value());
    const auto try_all = [&ada](std::string_view error) {
        for (const std::string path : {"/settings/app/turn-off", "/settings/recovery-codes"}) {
            REQUIRE(ada.browser.get(path).status() == 200);
            CHECK(ada.browser.submit(path, {}).error() == error);
        }
    };
    try_all("frozen_after_recovery");
    // Not even by the app itself, as long as the freeze lasts; then by it, and not by the passkey
    // that the recovery brought.
    REQUIRE(ada.sign_in_with_app().status() == 303);
    try_all("frozen_after_recovery");
    latchkey.clock.advance(72h);
    REQUIRE(ada.sign_in().status() == 200);
    try_all("frozen_after_recovery");
    REQUIRE(ada.sign_in_with_app().status() == 303);
    REQUIRE(ada.browser.get("/settings/recovery-codes").status() == 200);
    CHECK(ada.browser.submit("/settings/recovery-codes", {}).status() == 200);
}

TEST_CASE("T25, T27: neither secret nor recovery code is in the log or in the database") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    const auto app = app_of(latchkey, ada);
    CHECK(std::ranges::search(app.sealed_secret, ada.app_secret).empty());
    const std::string log = latchkey.log();
    for (const std::string& code : ada.recovery_codes) {
        CHECK(log.find(code) == std::string::npos);
    }
}

TEST_CASE("Turning off the app ends a sign-in that has passed only its first step") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.turn_on_app().status() == 200);
    Person thief(latchkey, ada.email);
    REQUIRE(thief.prove_by_code().location() == "/sign-in/second-step");
    REQUIRE(ada.browser.get("/settings/app/turn-off").status() == 200);
    REQUIRE(ada.browser.submit("/settings/app/turn-off", {}).status() == 303);
    CHECK(thief.take_second_step("123456").status() == 409);
}

}  // namespace
}  // namespace latchkey::test
