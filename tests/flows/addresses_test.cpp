// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "outbound/mail.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

// Settings: another address for codes, by codes to both, and a second one that is told of changes.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

const std::string new_address = "new@example.org";

Page ask(Person& person, const std::string& address) {
    REQUIRE(person.browser.get("/settings/email").status() == 200);
    return person.browser.submit("/settings/email", {{"email", address}});
}

Page ask_for_second(Person& person, const std::string& address) {
    REQUIRE(person.browser.get("/settings/email?which=second").status() == 200);
    return person.browser.submit("/settings/email", {{"email", address}, {"which", "second"}});
}

Page enter(Person& person, const std::string& code) {
    return person.browser.submit("/settings/email/code", {{"code", code}});
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
        CHECK(latchkey.was_told("ada@example.com", "was changed"));
        CHECK(latchkey.was_told(new_address, "was changed"));

        ada.browser.use(http::Representation::json);
        ada.email = new_address;
        REQUIRE(ada.sign_in().status() == 200);
        CHECK_FALSE(latchkey.was_told(new_address, "New sign-in"));
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
    CHECK(enter(ada, code).status() == 409);
}

TEST_CASE("An address that somebody has is told to who proved it, not before (T13)") {
    Latchkey latchkey;
    Person eve(latchkey, new_address);
    eve.sign_up();
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada, new_address).status() == 200);
    REQUIRE(enter(ada, latchkey.code_for(ada.email)).status() == 200);
    const Page taken = enter(ada, latchkey.code_for(new_address));
    CHECK(taken.status() == 409);
    CHECK(taken.error() == "email_taken");
    CHECK(taken.text("email") == ada.email);
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
    const Fields own{{"email", "Ada@Example.com"}};
    CHECK(ada.browser.submit("/settings/email", own).error() == "email_same");
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

/// The path of the newest "this wasn't me" in a mail to the address.
std::string stop_path(Latchkey& latchkey, const std::string& address) {
    const std::string prefix = std::string(flow_origin) + "/not-me";
    std::string path;
    for (const auto& mail : latchkey.mails_to(address)) {
        const auto at = mail.text.find(prefix);
        if (at == std::string::npos) continue;
        path = mail.text.substr(at + flow_origin.size());
        path.resize(path.find_first_of(" \r\n"));
    }
    return path;
}

/// Eve reads Ada's mail and sits at her browser, which she has just signed in with. The account has
/// Eve's address now.
struct Theft {
    Theft() {
        ada.sign_up();
        id = ada.account()->id;
        REQUIRE(ask(ada, new_address).status() == 200);
        REQUIRE(enter(ada, latchkey.code_for(ada.email)).status() == 200);
        REQUIRE(enter(ada, latchkey.code_for(new_address)).location() != "");
        std::swap(ada.browser.http().cookies, eve.browser.http().cookies);
        link = stop_path(latchkey, ada.email);
        REQUIRE_FALSE(link.empty());
    }

    [[nodiscard]] std::string address() { return latchkey.store().find_account(id)->email.text(); }

    Latchkey latchkey;
    Person ada{latchkey, "ada@example.com"};
    Person eve{latchkey, new_address};
    std::string link;
    accounts::AccountId id;
};

TEST_CASE("The old address stops a change of the address, and with a passkey takes it back (T5)") {
    for (const auto as : {http::Representation::json, http::Representation::html}) {
        Theft scene;
        Person& ada = scene.ada;
        CHECK(stop_path(scene.latchkey, new_address).empty());
        REQUIRE(scene.eve.is_signed_in());
        const Page asks = ada.browser.get(scene.link);
        CHECK(*asks.find("asks") == json::Value(true));
        CHECK(asks.text("before.address") == "a***@example.com");
        CHECK(*asks.find("before.proved") == json::Value(false));
        const Page stopped = ada.browser.submit("/not-me", {});
        CHECK(*stopped.find("stopped") == json::Value(true));
        CHECK_FALSE(scene.eve.is_signed_in());
        CHECK(scene.address() == new_address);

        // Once is enough, but the address is still to be had.
        const Page again = ada.browser.get(scene.link);
        CHECK(again.status() == 200);
        CHECK(*again.find("asks") == json::Value(false));
        const std::string back = again.text("before.prove_href");
        CHECK(ada.sign_in(back.substr(back.find('?'))).location() == scene.link);
        CHECK(*ada.browser.get(scene.link).find("before.proved") == json::Value(true));
        ada.browser.use(as);
        REQUIRE(ada.browser.get(scene.link).status() == 200);
        const Page taken = ada.browser.submit("/not-me/address", {});
        CHECK(taken.location() == "/settings/security?message=address_back");
        CHECK(scene.address() == ada.email);
        CHECK(ada.is_signed_in());
        CHECK(scene.latchkey.was_told(new_address, "was changed"));
        ada.browser.use(http::Representation::json);
        CHECK(ada.browser.get(scene.link).status() == 410);
        // Factors and addresses rest all the same.
        REQUIRE(ada.browser.get("/settings/email").status() == 200);
        const Page frozen = ada.browser.submit("/settings/email", {{"email", "x@example.org"}});
        CHECK(frozen.error() == "frozen_by_owner");
    }
}

TEST_CASE("An address comes back by both: its link, and a proof that was no recovery (T5)") {
    Theft scene;
    const Fields token{{"token", scene.link.substr(scene.link.find('=') + 1)}};
    Person thief(scene.latchkey, new_address);
    REQUIRE(thief.prove_by_code().status() == 303);
    const Page page = thief.browser.get(scene.link);
    CHECK(*page.find("before.proved") == json::Value(false));
    CHECK(thief.browser.submit("/not-me/address", {}).error() == "frozen_after_recovery");
    Person bob(scene.latchkey, "bob@example.com");
    bob.sign_up();
    REQUIRE(bob.browser.get(scene.link).status() == 200);
    CHECK(bob.browser.submit("/not-me/address", {}).status() == 404);
    CHECK(bob.browser.get("/settings/security").status() == 200);
    CHECK(bob.browser.submit("/not-me/address", {{"token", "none"}}).status() == 410);
    CHECK(scene.ada.browser.get("/sign-in").status() == 200);
    CHECK(scene.ada.browser.submit("/not-me/address", token).status() == 401);
    CHECK(scene.address() == new_address);
    scene.latchkey.clock.advance(24h * 7);
    REQUIRE(scene.ada.sign_in().status() == 200);
    CHECK(scene.ada.browser.get(scene.link).status() == 410);
}

TEST_CASE("After \"this wasn't me\" no address changes for 72 hours, and nothing is deleted") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask_for_second(ada, new_address).status() == 200);
    REQUIRE(enter(ada, latchkey.code_for(new_address)).status() == 303);
    Person eve(latchkey, ada.email);
    REQUIRE(eve.prove_by_code().status() == 303);
    CHECK(latchkey.was_told(new_address, "without your passkey"));
    // Also who reads the second address can stop it.
    REQUIRE(eve.browser.get(stop_path(latchkey, new_address)).status() == 200);
    REQUIRE(eve.browser.submit("/not-me", {}).status() == 200);
    REQUIRE(ada.sign_in().status() == 200);
    for (const char* path :
         {"/settings/email", "/settings/email?which=second", "/settings/delete"}) {
        const Page page = ada.browser.get(path);
        CHECK(*page.find("frozen") == json::Value(true));
        CHECK(*page.find("frozen_by_owner") == json::Value(true));
    }
    const Fields address{{"email", "x@example.org"}};
    CHECK(ada.browser.submit("/settings/email", address).error() == "frozen_by_owner");
    CHECK(ada.browser.submit("/settings/email/remove-second", {}).error() == "frozen_by_owner");
    CHECK(ada.browser.submit("/settings/delete", {}).error() == "frozen_by_owner");
    CHECK(ada.browser.get("/settings/download").error() == "frozen_by_owner");
    latchkey.clock.advance(72h);
    REQUIRE(ada.sign_in().status() == 200);
    CHECK(ask(ada, "x@example.org").status() == 200);
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
    CHECK(latchkey.was_told(ada.email, "second address was added"));
    CHECK(ada.browser.get("/settings/security").text("second_email") == new_address);
    REQUIRE(ada.turn_on_app().status() == 200);
    CHECK(latchkey.was_told(ada.email, "Two-step sign-in was turned on"));
    CHECK(latchkey.was_told(new_address, "Two-step sign-in was turned on"));
    Person by_second(latchkey, new_address);
    CHECK(by_second.prove_by_code().location() == "/sign-in/add-passkey");

    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    const Page removed = ada.browser.submit("/settings/email/remove-second", {});
    CHECK(removed.location() == "/settings/security?message=second_email_removed");
    CHECK_FALSE(ada.account()->second_email.has_value());
    CHECK(latchkey.was_told(new_address, "was removed"));
    CHECK(ada.browser.submit("/settings/email/remove-second", {}).status() == 404);
}

}  // namespace
}  // namespace latchkey::test
