// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// Settings: another address for codes, by codes to both, and a second one that is told of changes.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

const std::string new_address = "new@example.org";

bool was_told(Latchkey& latchkey, const std::string& address, std::string_view what) {
    return std::ranges::any_of(latchkey.mails_to(address), [what](const outbound::Mail& mail) {
        return mail.subject.find(what) != std::string::npos;
    });
}

Page ask(Person& person, const std::string& address) {
    REQUIRE(person.browser.get("/settings/email").status() == 200);
    return person.browser.submit("/settings/email", {{"email", address}});
}

Page ask_for_second(Person& person, const std::string& address) {
    REQUIRE(person.browser.get("/settings/email?which=second").status() == 200);
    return person.browser.submit("/settings/email", {{"email", address}, {"which", "second"}});
}

Page enter(Person& person, const std::string& code) {
    Fields fields{{"code", code}};
    const bool is_json = person.browser.options().representation == http::Representation::json;
    if (is_json) fields.emplace_back("change", person.browser.page().text("change"));
    return person.browser.submit("/settings/email/code", fields);
}

TEST_CASE("The address changes by codes to both; codes go to the new one, all else is signed out") {
    for (const auto as : {http::Representation::json, http::Representation::html}) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com");
        ada.sign_up();
        Person elsewhere(latchkey, ada.email);
        REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
        ada.browser.use(as);
        REQUIRE(ask(ada, new_address).status() == 200);
        REQUIRE(enter(ada, latchkey.code_for(ada.email)).status() == 200);
        CHECK(ada.account().has_value());
        const Page changed = enter(ada, latchkey.code_for(new_address));
        CHECK(changed.location() == "/settings/security?message=email_changed");
        CHECK_FALSE(ada.account().has_value());
        CHECK(ada.is_signed_in());
        CHECK_FALSE(elsewhere.is_signed_in());
        CHECK(was_told(latchkey, "ada@example.com", "was changed"));
        CHECK(was_told(latchkey, new_address, "was changed"));

        ada.browser.use(http::Representation::json);
        ada.email = new_address;
        REQUIRE(ada.sign_in().status() == 200);
        CHECK_FALSE(was_told(latchkey, new_address, "New sign-in"));
        Person by_code(latchkey, new_address);
        REQUIRE(by_code.prove_by_code().status() == 303);
        CHECK(by_code.is_signed_in());
        Person stranger(latchkey, "ada@example.com");
        CHECK(stranger.prove_by_code().location() == "/sign-in/add-passkey");
    }
}

TEST_CASE("Neither code alone changes the address, nor one in the place of the other (T10)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada, new_address).status() == 200);
    const Page first = ada.browser.page();
    const std::string old_code = latchkey.code_for(ada.email);
    const std::string new_code = latchkey.code_for(new_address);
    CHECK(enter(ada, new_code).error() == "wrong");
    const Page second = enter(ada, old_code);
    REQUIRE(second.status() == 200);
    CHECK(enter(ada, old_code).error() == "wrong");
    CHECK(ada.account().has_value());
    // The old code again, on the page that asked for it: it is spent.
    ada.browser.look_at(first);
    CHECK(enter(ada, old_code).error() == "ended");
    // And a code of a sign-in is none of these.
    Person signing_in(latchkey, new_address);
    REQUIRE(signing_in.ask_for_code().status() == 200);
    ada.browser.look_at(second);
    CHECK(enter(ada, latchkey.code_for(new_address)).error() == "wrong");
    CHECK(enter(ada, new_code).status() == 303);
    CHECK_FALSE(ada.account().has_value());
}

TEST_CASE("Another session or browser cannot go on with a change that was begun (T14)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada, new_address).status() == 200);
    const std::string change = ada.browser.page().text("change");
    const std::string code = latchkey.code_for(ada.email);
    Person elsewhere(latchkey, ada.email);
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    REQUIRE(elsewhere.browser.get("/settings/email").status() == 200);
    const Fields fields{{"change", change}, {"code", code}};
    CHECK(elsewhere.browser.submit("/settings/email/code", fields).status() == 409);
    const Page page = ada.browser.page();
    REQUIRE(ada.confirm().status() == 200);
    ada.browser.look_at(page);
    CHECK(ada.browser.submit("/settings/email/code", fields).status() == 409);
}

TEST_CASE("An address that somebody has is told to who proved it, not before (T13)") {
    Latchkey latchkey;
    Person eve(latchkey, new_address);
    eve.sign_up();
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada, new_address).status() == 200);
    REQUIRE(enter(ada, latchkey.code_for(ada.email)).status() == 200);
    CHECK(enter(ada, latchkey.code_for(new_address)).error() == "email_taken");
    CHECK(ada.account().has_value());
    CHECK(eve.account().has_value());
    CHECK(ada.is_signed_in());
}

TEST_CASE("Five wrong codes end a code; the limits on sending hold here too") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada, new_address).status() == 200);
    const Page page = ada.browser.page();
    const std::string code = latchkey.code_for(ada.email);
    for (int i = 0; i < 5; ++i) {
        CHECK(enter(ada, "00000000").error() == "wrong");
    }
    CHECK(enter(ada, code).error() == "ended");
    ada.browser.look_at(page);
    CHECK(enter(ada, "1234").error() == "malformed");
    int sent = 1;
    while (sent < 5 && ask(ada, new_address).status() == 200) {
        ++sent;
    }
    CHECK(ada.browser.page().error() == "too_many");
    CHECK(sent == 3);
}

TEST_CASE("A change of an address needs a fresh proof, no recovery, and an address") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.browser.get("/settings/email").status() == 200);
    CHECK(ada.browser.submit("/settings/email", {{"email", "ada"}}).error() == "email_invalid");
    latchkey.clock.advance(5min);
    const Page page = ada.browser.get("/settings/email");
    CHECK(*page.find("needs_proof")->as_bool());
    CHECK(page.text("prove_href") == "/sign-in?intent=confirm&return_to=/settings/email");
    CHECK(
        ada.browser.submit("/settings/email", {{"email", new_address}}).error() == "proof_too_old"
    );
    REQUIRE(
        ada.sign_in("?intent=confirm&return_to=/settings/email").location() == "/settings/email"
    );
    CHECK(ask(ada, new_address).status() == 200);
    const std::string old_code = latchkey.code_for(ada.email);
    const std::string new_code = latchkey.code_for(new_address);

    Person thief(latchkey, ada.email);
    REQUIRE(thief.prove_by_code().status() == 303);
    CHECK(*thief.browser.get("/settings/email").find("frozen")->as_bool());
    CHECK(
        thief.browser.submit("/settings/email", {{"email", "thief@example.org"}}).error() ==
        "frozen_after_recovery"
    );
    // The change that was begun before is frozen too (T31).
    CHECK(enter(ada, old_code).status() == 200);
    CHECK(enter(ada, new_code).error() == "frozen_after_recovery");
    CHECK(ada.account().has_value());
}

TEST_CASE("A second address is added by a code, told of every change, and no way in") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask_for_second(ada, new_address).status() == 200);
    CHECK_FALSE(*ada.browser.page().find("old")->as_bool());
    const Page set = enter(ada, latchkey.code_for(new_address));
    CHECK(set.location() == "/settings/security?message=second_email_set");
    CHECK(ada.account()->second_email->text() == new_address);
    CHECK(was_told(latchkey, ada.email, "second address was added"));
    CHECK(ada.browser.get("/settings/security").text("second_email") == new_address);
    REQUIRE(ada.turn_on_app().status() == 200);
    CHECK(was_told(latchkey, ada.email, "Two-step sign-in was turned on"));
    CHECK(was_told(latchkey, new_address, "Two-step sign-in was turned on"));
    Person by_second(latchkey, new_address);
    CHECK(by_second.prove_by_code().location() == "/sign-in/add-passkey");

    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    const Page removed = ada.browser.submit("/settings/email/remove-second", {});
    CHECK(removed.location() == "/settings/security?message=second_email_removed");
    CHECK_FALSE(ada.account()->second_email.has_value());
    CHECK(was_told(latchkey, new_address, "was removed"));
    CHECK(ada.browser.submit("/settings/email/remove-second", {}).status() == 404);
}

}  // namespace
}  // namespace latchkey::test
