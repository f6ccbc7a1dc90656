// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "support/authenticator.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

// design.md 4.3 "notify": an e-mail code on an account with a passkey is the way of a lost device.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

bool has_event(const Person& person, accounts::EventKind kind) {
    const auto events = person.events();
    return std::ranges::any_of(events, [kind](const auto& event) { return event.kind == kind; });
}

/// A person who has had a passkey and a security key for two days, in a browser without cookies.
struct Settled {
    Person person;
    SoftwareAuthenticator key;
};

Settled settle(Latchkey& latchkey) {
    Settled ada{.person = Person(latchkey, "ada@example.com"), .key = new_security_key()};
    ada.person.sign_up();
    ada.person.add_passkey_on(ada.key);
    latchkey.clock.advance(48h);
    ada.person.browser.http().cookies.clear();
    return ada;
}

TEST_CASE("E-mail signs in around a lost passkey at once: marked, logged and told") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Settled ada = settle(latchkey);
        ada.person.browser.use(representation);
        const Page in = ada.person.prove_by_code();
        CHECK(in.status() == 303);
        CHECK(in.location() == "/settings/security");
        CHECK(ada.person.is_signed_in());

        ada.person.browser.use(http::Representation::json);
        CHECK(ada.person.browser.get("/session").text("acr") == "urn:latchkey:recovered");
        CHECK(*ada.person.browser.get("/settings/security").find("recovered") == json::Value(true));
        CHECK(ada.person.account()->recovered_at == latchkey.clock.now());
        CHECK(has_event(ada.person, accounts::EventKind::signed_in_recovered));
        const auto mails = latchkey.mails_to(ada.person.email);
        REQUIRE_FALSE(mails.empty());
        CHECK(mails.back().text.find("Chrome on Linux") != std::string::npos);
        CHECK(
            mails.back().text.find("http://localhost:8080/settings/security") != std::string::npos
        );
    }
}

TEST_CASE("A recovered session takes no passkey away for good") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    REQUIRE(ada.person.prove_by_code().status() == 303);
    CHECK(*ada.person.browser.get(ada.person.remove_path(0)).find("suspends") == json::Value(true));
    const Page removed = ada.person.remove(0);
    CHECK(removed.location() == "/settings/security?message=suspended");
    REQUIRE(ada.person.passkeys().size() == 2);
    CHECK(ada.person.passkeys()[0].status == accounts::CredentialStatus::suspended);
    CHECK(ada.person.account()->factors == 1);
    // Nor the last one: there the way is to replace.
    CHECK(ada.person.browser.submit(ada.person.remove_path(1), {}).status() == 409);
}

TEST_CASE("A recovery is not laundered by adding a passkey and signing in with it") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    auto phone = new_device();
    REQUIRE(ada.person.prove_by_code("?intent=add-passkey").status() == 303);
    REQUIRE(ada.person.create_passkey_on(phone).status() == 200);
    latchkey.clock.advance(48h);  // old enough not to be young, not to be without the mark
    REQUIRE(ada.person.sign_in_with(phone).status() == 200);
    CHECK(ada.person.browser.get("/session").text("acr") == "urn:latchkey:recovered");
    CHECK(ada.person.remove(0).location() == "/settings/security?message=suspended");

    auto third = new_device();
    REQUIRE(ada.person.sign_in_with(phone, "?intent=add-passkey").status() == 200);
    REQUIRE(ada.person.create_passkey_on(third).status() == 200);
    ada.person.browser.http().cookies.clear();
    REQUIRE(ada.person.sign_in_with(third).status() == 200);
    CHECK(ada.person.browser.get("/session").text("acr") == "urn:latchkey:recovered");
}

TEST_CASE("The mark of a recovery ends after seven days") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    auto phone = new_device();
    REQUIRE(ada.person.prove_by_code("?intent=add-passkey").status() == 303);
    REQUIRE(ada.person.create_passkey_on(phone).status() == 200);
    latchkey.clock.advance(7 * 24h);
    REQUIRE(ada.person.sign_in_with(phone).status() == 200);
    CHECK(ada.person.browser.get("/session").text("acr") == "phr");
}

TEST_CASE("A passkey that is older than the recovery stays honest and takes things away for good") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    REQUIRE(ada.person.prove_by_code().status() == 303);
    ada.person.browser.http().cookies.clear();
    REQUIRE(ada.person.sign_in().status() == 200);
    CHECK(ada.person.browser.get("/session").text("acr") == "phr");
    CHECK(ada.person.remove(1).location() == "/settings/security?message=removed");
}

TEST_CASE("Where every passkey is suspended, the code leads to a new one first, not to a session") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    const auto account = ada.person.account();
    REQUIRE(account);
    for (const auto& passkey : ada.person.passkeys()) {
        latchkey.commit({accounts::SuspendPasskey{
            .account = account->id, .passkey = passkey.id, .at = latchkey.clock.now()
        }});
    }
    const Page proved = ada.person.prove_by_code();
    CHECK(proved.location() == "/sign-in/add-passkey");
    CHECK_FALSE(ada.person.is_signed_in());
    auto phone = new_device();
    CHECK(ada.person.create_passkey_on(phone).status() == 200);
    CHECK(ada.person.browser.get("/session").text("acr") == "urn:latchkey:recovered");
}

TEST_CASE("The owner of a recovered account is told of each thing that is done then") {
    Latchkey latchkey;
    Settled ada = settle(latchkey);
    const std::size_t before = latchkey.mails_to(ada.person.email).size();
    REQUIRE(ada.person.prove_by_code().status() == 303);  // the code, and that it was used
    REQUIRE(ada.person.remove(0).status() == 303);        // suspended
    auto phone = new_device();
    REQUIRE(ada.person.sign_in_with(ada.key, "?intent=add-passkey").status() == 200);
    REQUIRE(ada.person.create_passkey_on(phone).status() == 200);  // added
    CHECK(latchkey.mails_to(ada.person.email).size() == before + 4);
}

}  // namespace
}  // namespace latchkey::test
