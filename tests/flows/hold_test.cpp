// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "base/json.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "support/authenticator.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// "I can't do this": the wait of who has lost what the second step asks for (design.md 4.3), and
// what is tried against it.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

const std::string wait_page = "/sign-in/second-step?way=wait";

std::size_t times_told_of_start(Latchkey& latchkey, const Person& person) {
    return latchkey.times_told(person.email, "Someone asked to get in");
}

std::size_t times_told_of_end(Latchkey& latchkey, const Person& person) {
    return latchkey.times_told(person.email, "You can get in");
}

/// The path of the link "this wasn't me" in the newest mail that has one.
std::string stop_path(Latchkey& latchkey, const Person& person) {
    const std::string prefix = std::string(flow_origin) + "/not-me";
    std::string path;
    for (const auto& mail : latchkey.mails_to(person.email)) {
        const auto at = mail.text.find(prefix);
        if (at == std::string::npos) continue;
        path = mail.text.substr(at + flow_origin.size());
        path.resize(path.find_first_of(" \r\n"));
    }
    REQUIRE_FALSE(path.empty());
    return path;
}

/// Has an app, lost it, and stands before the second step.
void stand_without_app(Person& person) {
    person.sign_up_with_app();
    person.browser.http().cookies.clear();
    REQUIRE(person.prove_by_code("?return_to=/help").location() == "/sign-in/second-step");
}

Page start_wait(Person& person) {
    REQUIRE(person.browser.get(wait_page).status() == 200);
    return person.browser.submit("/sign-in/wait", {});
}

Page end_wait(Person& person) {
    return person.take_second_step("", "wait");
}

/// Has an app, and begins the wait as if it were lost.
void begin_wait(Person& person) {
    stand_without_app(person);
    REQUIRE(start_wait(person).status() == 303);
}

bool is_wait(Person& person, std::string_view view) {
    person.browser.use(http::Representation::json);
    const Page page = person.browser.get(wait_page);
    const json::Value* found = page.find("wait." + std::string(view));
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

TEST_CASE("Who lost the app waits 24 hours, is told three times, and is let in by a new code") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    stand_without_app(ada);
    CHECK(is_wait(ada, "none"));
    const Page started = start_wait(ada);
    CHECK(started.status() == 303);
    CHECK(started.location() == wait_page);
    CHECK(is_wait(ada, "running"));
    CHECK_FALSE(ada.is_signed_in());
    CHECK(times_told_of_start(latchkey, ada) == 1);

    latchkey.clock.advance(12h);
    CHECK(times_told_of_start(latchkey, ada) == 2);
    CHECK(times_told_of_end(latchkey, ada) == 0);
    ada.prove_by_code();
    CHECK(is_wait(ada, "running"));
    CHECK(end_wait(ada).error() == "not_over");
    CHECK_FALSE(ada.is_signed_in());

    latchkey.clock.advance(12h);
    CHECK(times_told_of_end(latchkey, ada) == 1);
    REQUIRE(ada.prove_by_code("?return_to=/help").location() == "/sign-in/second-step");
    CHECK(is_wait(ada, "ready"));
    const Page in = end_wait(ada);
    CHECK(in.status() == 303);
    CHECK(in.location() == "/help");
    CHECK(ada.is_signed_in());
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
    CHECK(ada.account()->recovered_at == latchkey.clock.now());
    CHECK(latchkey.times_told(ada.email, "without your passkey") == 1);
}

TEST_CASE("It works as plain forms") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    stand_without_app(ada);
    CHECK(start_wait(ada).location() == wait_page);
    latchkey.clock.advance(24h);
    ada.prove_by_code();
    CHECK(end_wait(ada).status() == 303);
    CHECK(ada.is_signed_in());
}

TEST_CASE("A code from before the end of the wait lets nobody in, a wait works once") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    begin_wait(ada);
    latchkey.clock.advance(24h - 1min);
    ada.prove_by_code();
    latchkey.clock.advance(2min);
    CHECK(is_wait(ada, "again"));
    CHECK(end_wait(ada).error() == "not_over");
    ada.prove_by_code();
    REQUIRE(end_wait(ada).status() == 303);
    ada.browser.http().cookies.clear();
    ada.prove_by_code();
    CHECK(end_wait(ada).error() == "not_over");
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("After three days nobody is let in by an old wait") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    begin_wait(ada);
    latchkey.clock.advance(24h + 72h);
    ada.prove_by_code();
    CHECK(is_wait(ada, "none"));
    CHECK(end_wait(ada).error() == "not_over");
    CHECK(start_wait(ada).status() == 303);
    CHECK(is_wait(ada, "running"));
}

TEST_CASE("T2: a sign-in with the passkey ends the wait of somebody else, and its mails") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.turn_on_app().status() == 200);
    Person eve(latchkey, "ada@example.com");  // reads her mail
    REQUIRE(eve.prove_by_code().location() == "/sign-in/second-step");
    REQUIRE(start_wait(eve).status() == 303);
    latchkey.clock.advance(1h);
    ada.browser.http().cookies.clear();
    REQUIRE(ada.sign_in().status() == 200);
    latchkey.clock.advance(24h);
    CHECK(times_told_of_start(latchkey, ada) == 1);
    CHECK(times_told_of_end(latchkey, ada) == 0);
    eve.prove_by_code();
    CHECK(end_wait(eve).error() == "not_over");
    CHECK_FALSE(eve.is_signed_in());
}

TEST_CASE("T2: a sign-in with the app ends it too") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    begin_wait(ada);
    REQUIRE(ada.sign_in_with_app().status() == 303);
    CHECK(latchkey.store().find_second_steps(ada.account()->id).hold == std::nullopt);
}

TEST_CASE("\"This wasn't me\" ends the wait and all that is open; the link opens a page, works once"
) {
    for (const auto representation : {http::Representation::json, http::Representation::html}) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        stand_without_app(ada);
        Person eve(latchkey, "ada@example.com");
        REQUIRE(eve.prove_by_code().location() == "/sign-in/second-step");
        REQUIRE(start_wait(eve).status() == 303);
        const std::string path = stop_path(latchkey, ada);
        Person owner(latchkey, "ada@example.com", {.representation = representation});

        // What follows links in mails does nothing by that (T6).
        const Page page = owner.browser.get(path);
        CHECK(page.status() == 200);
        CHECK(latchkey.store().find_second_steps(ada.account()->id).hold.has_value());

        CHECK(owner.browser.submit("/not-me", {}).status() == 200);
        CHECK(latchkey.store().find_second_steps(ada.account()->id).hold == std::nullopt);
        CHECK(latchkey.times_told(ada.email, "Nobody gets in") == 1);
        CHECK(owner.browser.get(path).status() == 410);
        // The sign-in of who asked is over, and the wait can not be begun again today.
        CHECK(eve.browser.get(wait_page).status() == 409);
        latchkey.clock.advance(16min);
        REQUIRE(eve.prove_by_code().location() == "/sign-in/second-step");
        CHECK(start_wait(eve).status() == 429);
        latchkey.clock.advance(24h);
        eve.prove_by_code();
        CHECK(end_wait(eve).error() == "not_over");
    }
}

TEST_CASE("A link that is not ours, or altered, or old, stops nothing") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    begin_wait(ada);
    const std::string path = stop_path(latchkey, ada);
    std::string altered = path;
    altered.back() = altered.back() == 'A' ? 'B' : 'A';
    altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
    for (const std::string& wrong :
         {std::string("/not-me"), std::string("/not-me?token=AAAA"), altered}) {
        CHECK(ada.browser.get(wrong).status() == 410);
    }
    CHECK(ada.browser.get(path).status() == 200);
    latchkey.clock.advance(24h * 7);
    CHECK(ada.browser.submit("/not-me", {}).status() == 410);
}

TEST_CASE("delay: an e-mail code goes around no passkey before the wait is over") {
    Latchkey latchkey({.recovery = {.rule = accounts::Recovery::delay}});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    for (const std::string_view query : {"", "?intent=add-passkey"}) {
        CHECK(ada.prove_by_code(query).location() == "/sign-in/second-step");
        CHECK_FALSE(ada.is_signed_in());
        CHECK(is_wait(ada, "none"));
    }
    REQUIRE(start_wait(ada).status() == 303);
    latchkey.clock.advance(24h);
    REQUIRE(ada.prove_by_code("?intent=add-passkey").location() == "/sign-in/second-step");
    CHECK(end_wait(ada).location() == "/sign-in/add-passkey");
    SoftwareAuthenticator phone = new_security_key();
    REQUIRE(ada.create_passkey_on(phone).status() == 200);
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
    CHECK(ada.passkeys().back().recovered_at.has_value());
    // The passkey itself still signs in by itself.
    ada.browser.http().cookies.clear();
    CHECK(ada.sign_in().status() == 200);
}

TEST_CASE("strict: neither at once nor after a wait; recovery codes still work") {
    Latchkey latchkey({.recovery = {.rule = accounts::Recovery::strict}});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.turn_on_app().status() == 200);
    ada.browser.http().cookies.clear();
    REQUIRE(ada.prove_by_code().location() == "/sign-in/second-step");
    CHECK(is_wait(ada, "strict"));
    CHECK(start_wait(ada).error() == "only_operator");
    CHECK(end_wait(ada).error() == "only_operator");
    CHECK_FALSE(ada.is_signed_in());
    CHECK(ada.take_second_step(ada.recovery_codes.at(0), "recovery-code").status() == 303);
}

}  // namespace
}  // namespace latchkey::test
