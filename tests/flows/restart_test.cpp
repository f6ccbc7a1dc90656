// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"

#include <string>

#include <doctest/doctest.h>

// A restart in every phase of a sign-in: what was proved and stored goes on, challenges are dead
// and come again by themselves.
namespace latchkey::test {
namespace {

TEST_CASE("Restart before the passkey is used: the challenge is dead, the next one comes with it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.http().cookies.clear();
    ada.browser.get("/sign-in?return_to=/help");
    latchkey.restart();
    const Page dead = ada.use_passkey(ada.device);
    CHECK(dead.status() == 422);
    CHECK(dead.error() == "challenge_expired");
    const Page again = ada.use_passkey(ada.device);
    CHECK(again.status() == 200);
    CHECK(again.location() == "/help");
}

TEST_CASE("Restart before the address is given: the form that is open still works") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.browser.get("/sign-in?return_to=/help");
        latchkey.restart();
        const Page sent = ada.browser.submit("/sign-in/email", {{"email", ada.email}});
        REQUIRE(sent.status() == 303);
        ada.browser.follow(sent);
        REQUIRE(ada.enter_code().status() == 303);
        CHECK(ada.create_passkey().location() == "/help");
    }
}

TEST_CASE("Restart after the code was sent: the code works, and its wrong guesses still count") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    for (int i = 0; i < 3; ++i) {
        CHECK(ada.enter_code(code == "00000000" ? "00000001" : "00000000").error() == "wrong");
    }
    latchkey.restart();
    const Page fourth = ada.enter_code(code == "00000000" ? "00000001" : "00000000");
    CHECK(*fourth.find("error.tries_left") == json::Value(1));
    CHECK(ada.enter_code(code).status() == 303);
}

TEST_CASE("Restart before the passkey is created: the enrolment goes on, also one in the dialog") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().status() == 303);
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    const auto response = ada.device.create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    latchkey.restart();
    CHECK(ada.post_attestation(*response).status() == 200);
    CHECK(ada.is_signed_in());
}

TEST_CASE("Restart when signed in: the session goes on") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.restart();
    CHECK(ada.is_signed_in());
    CHECK(ada.browser.get("/settings/security").status() == 200);
    CHECK(ada.confirm().status() == 200);
}

TEST_CASE("Restart revives nothing: no used code, no finished sign-in, no ended session") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    const auto with_code = ada.browser.http().cookies;
    REQUIRE(ada.enter_code(code).status() == 303);
    const auto with_sign_in = ada.browser.http().cookies;
    REQUIRE(ada.browser.get("/sign-in/add-passkey").status() == 200);
    const auto response = ada.device.create(ada.browser.ceremony_options(), flow_origin);
    REQUIRE(ada.post_attestation(*response).status() == 200);
    ada.browser.get("/settings/security");
    const auto with_session = ada.browser.http().cookies;
    REQUIRE(ada.browser.submit("/sign-out", {}).status() == 303);

    latchkey.restart();
    ada.browser.http().cookies = with_session;
    CHECK_FALSE(ada.is_signed_in());
    ada.browser.http().cookies = with_code;
    ada.browser.get("/sign-in");
    CHECK(ada.enter_code(code).error() == "ended");
    ada.browser.http().cookies = with_sign_in;
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    CHECK(ada.post_attestation(*response).status() == 409);
    CHECK(ada.passkeys().size() == 1);
}

}  // namespace
}  // namespace latchkey::test
