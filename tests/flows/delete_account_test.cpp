// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "pages/deletions.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// Delete my account, and download my data.
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

std::size_t delete_due(Latchkey& latchkey) {
    return pages::delete_due_accounts(latchkey.services());
}

Page ask(Person& person) {
    REQUIRE(person.browser.get("/settings/delete").status() == 200);
    return person.browser.submit("/settings/delete", {});
}

TEST_CASE("An account goes a week after its owner asked; nobody is signed in until then") {
    for (const auto as : {http::Representation::json, http::Representation::html}) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com");
        ada.sign_up();
        Person elsewhere(latchkey, ada.email);
        REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
        ada.browser.use(as);
        const Page asked = ask(ada);
        CHECK(asked.location() == "/signed-out?message=deletion");
        CHECK(asked.response.header("clear-site-data") == R"("cache", "storage")");
        CHECK(latchkey.was_told(ada.email, "will be deleted"));
        CHECK(
            latchkey.mails_to(ada.email).back().text.find("29 November 2026") != std::string::npos
        );
        ada.browser.use(http::Representation::json);
        CHECK_FALSE(ada.is_signed_in());
        CHECK_FALSE(elsewhere.is_signed_in());
        latchkey.clock.advance(24h * 7 - 1ms);
        CHECK(delete_due(latchkey) == 0);
        latchkey.clock.advance(1ms);
        const auto id = ada.account()->id;
        CHECK(delete_due(latchkey) == 1);
        CHECK_FALSE(ada.account().has_value());
        CHECK(latchkey.was_told(ada.email, "is deleted"));
        CHECK(delete_due(latchkey) == 0);
        const auto events = latchkey.store().list_events(id, {.count = 1});
        CHECK(events.at(0).kind == accounts::EventKind::account_deleted);
        CHECK(ada.sign_in().error() == "unknown_credential");
    }
}

TEST_CASE("A sign-in before the day keeps the account, and is told") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ask(ada).status() == 303);
    latchkey.clock.advance(24h * 7 - 1ms);
    REQUIRE(ada.sign_in().status() == 200);
    CHECK(latchkey.was_told(ada.email, "stays"));
    latchkey.clock.advance(24h);
    CHECK(delete_due(latchkey) == 0);
    CHECK(ada.account().has_value());
    CHECK_FALSE(ada.account()->deletes_at.has_value());
}

TEST_CASE("Deleting an account needs a fresh proof that was no recovery") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(5min);
    const Page page = ada.browser.get("/settings/delete");
    CHECK(*page.find("needs_proof")->as_bool());
    CHECK(ada.browser.submit("/settings/delete", {}).error() == "proof_too_old");
    Person thief(latchkey, ada.email);
    REQUIRE(thief.prove_by_code().status() == 303);
    CHECK(*thief.browser.get("/settings/delete").find("frozen")->as_bool());
    CHECK(thief.browser.submit("/settings/delete", {}).error() == "frozen_after_recovery");
    CHECK_FALSE(ada.account()->deletes_at.has_value());
}

TEST_CASE("Who came around a lost passkey downloads nothing (T5)") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person thief(latchkey, ada.email);
    REQUIRE(thief.prove_by_code().status() == 303);
    const Page refused = thief.browser.get("/settings/download");
    CHECK(refused.error() == "frozen_after_recovery");
    CHECK(refused.response.body.find("192.0.2.") == std::string::npos);
}

TEST_CASE("The download holds what is stored of the account, and no secret of it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.turn_on_app().status() == 200);
    Person eve(latchkey, "eve@example.com");
    eve.sign_up();
    const Page data = ada.browser.get("/settings/download");
    REQUIRE(data.status() == 200);
    CHECK(data.response.header("content-disposition") == R"(attachment; filename="account.json")");
    CHECK(data.text("account.email") == ada.email);
    CHECK(data.find("passkeys")->as_array()->size() == 1);
    CHECK(data.find("sessions")->as_array()->size() == 1);
    CHECK(data.find("events")->as_array()->size() == ada.events().size());
    CHECK(*data.find("recovery_codes_left") == json::Value(10));
    const std::string& body = data.response.body;
    CHECK(body.find("eve@example.com") == std::string::npos);
    for (const char* secret : {"secret", "token", "hash", "mac", "public_key"}) {
        CHECK(body.find(secret) == std::string::npos);
    }
    latchkey.clock.advance(5min);
    CHECK(ada.browser.get("/settings/download").error() == "proof_too_old");
    ada.browser.use(http::Representation::html);
    CHECK(
        ada.browser.get("/settings/download").location() ==
        "/sign-in?intent=confirm&return_to=/settings/download"
    );
}

}  // namespace
}  // namespace latchkey::test
