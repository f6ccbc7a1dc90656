// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view add = "?intent=add-passkey&return_to=/settings/security";

std::string replace(const Person& person, std::size_t index) {
    return "?intent=add-passkey&replaces=" + person.passkeys().at(index).public_id.value() +
           "&return_to=/settings/security";
}

TEST_CASE("A signed-in person adds a second passkey by a fresh proof and returns to Settings") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        auto key = new_security_key();

        const Page proved = ada.sign_in(add);
        CHECK(proved.location() == "/sign-in/add-passkey");
        const Page created = ada.create_passkey_on(key);
        CHECK(created.status() == 200);
        CHECK(created.location() == "/settings/security?message=added");
        CHECK(ada.browser.follow(created).status() == 200);

        REQUIRE(ada.passkeys().size() == 2);
        CHECK(ada.account()->factors == 2);
        ada.browser.http().cookies.clear();
        CHECK(ada.sign_in_with(key).status() == 200);
    }
}

TEST_CASE("A session alone adds nothing: the page for it needs a proof of its own") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
    ada.browser.get("/settings/security");
    auto key = new_device();
    const Page refused = ada.post_attestation("{}");
    CHECK(refused.status() == 409);
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("Adding excludes what the account has: the same device cannot hold two") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.sign_in(add).status() == 200);
    ada.browser.get("/sign-in/add-passkey");
    const auto options = json::parse(ada.browser.ceremony_options());
    REQUIRE(options);
    const json::Array* excluded = options->find("excludeCredentials")->as_array();
    REQUIRE(excluded->size() == 1);
    const std::string id = base64url_encode(ada.passkeys()[0].record.id.value());
    CHECK(*excluded->front().find_string("id") == id);
    CHECK_FALSE(ada.device.create(ada.browser.ceremony_options(), flow_origin));
    // The user handle is the account's, so that a password manager keeps them together.
    CHECK(
        *options->find("user")->find_string("id") ==
        base64url_encode(ada.account()->user_handle.value())
    );
}

TEST_CASE("A client that ignores the exclusion is told: already registered") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.sign_in(add).status() == 200);
    ada.browser.get("/sign-in/add-passkey");
    auto options = json::parse(ada.browser.ceremony_options());
    REQUIRE(options);
    options->set("excludeCredentials", json::Array{});
    auto draft = ada.device.draft_create(json::write(*options), flow_origin);
    REQUIRE(draft);
    draft->data.credential_id = ada.passkeys()[0].record.id.value();
    const Page refused = ada.post_attestation(draft->finish().to_json());
    CHECK(refused.status() == 409);
    CHECK(refused.error() == "already_registered");
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("Adding by an e-mail proof works, and what it adds is marked as recovered") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto phone = new_device();
    const Page proved = ada.prove_by_code(add);
    CHECK(proved.location() == "/sign-in/add-passkey");
    CHECK(ada.browser.get("/sign-in/add-passkey").find("recovered") != nullptr);
    CHECK(*ada.browser.page().find("recovered") == json::Value(true));
    REQUIRE(ada.create_passkey_on(phone).status() == 200);
    REQUIRE(ada.passkeys().size() == 2);
    CHECK(ada.passkeys()[1].recovered_at == flow_time);
    CHECK_FALSE(ada.passkeys()[0].recovered_at);
    CHECK(ada.browser.get("/session").text("acr") == "urn:latchkey:recovered");
}

TEST_CASE("Replacing puts the new one in and takes the old one out in one step") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        latchkey.clock.advance(25h);  // the proof is no longer a young passkey
        auto phone = new_device();
        REQUIRE(ada.sign_in(replace(ada, 0)).status() == 200);
        const Page page = ada.browser.get("/sign-in/add-passkey");
        if (representation == http::Representation::json) {
            CHECK(page.text("replaces.name") == "Passkey on Chrome on Linux");
        }
        const Page created = ada.create_passkey_on(phone);
        CHECK(created.status() == 200);
        CHECK(created.location() == "/settings/security?message=replaced");

        // The only passkey, too: the account never was without one.
        REQUIRE(ada.passkeys().size() == 1);
        CHECK(ada.account()->factors == 1);
        CHECK(ada.is_signed_in());
        ada.browser.use(http::Representation::json);
        CHECK(ada.sign_in().status() == 404);  // the old one is not known any more
        CHECK(ada.sign_in_with(phone).status() == 200);
    }
}

TEST_CASE("Replacing a lost passkey after an e-mail proof suspends it, for it may be no loss") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(25h);
    auto phone = new_device();
    REQUIRE(ada.prove_by_code(replace(ada, 0)).status() == 303);
    REQUIRE(ada.create_passkey_on(phone).status() == 200);
    REQUIRE(ada.passkeys().size() == 2);
    CHECK(ada.passkeys()[0].status == accounts::CredentialStatus::suspended);
    CHECK(ada.account()->factors == 1);
    const Page refused = ada.sign_in();
    CHECK(refused.status() == 422);
    CHECK(refused.error() == "credential_suspended");
    CHECK(refused.find("signal_unknown") == nullptr);  // never deleted at the password manager
}

TEST_CASE("Nobody replaces a passkey of somebody else, or one that is none") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    ada.sign_up();
    eve.sign_up();
    for (const std::string& query :
         {replace(ada, 0), std::string("?intent=add-passkey&replaces=AAAAAAAAAAAAAAAAAAAAAA")}) {
        const Page refused = eve.sign_in(query);
        CHECK(refused.status() == 409);
        CHECK(refused.error() == "sign_in_expired");
    }
    CHECK(ada.passkeys().size() == 1);
    CHECK(eve.passkeys().size() == 1);
}

TEST_CASE("A passkey that was the proof and is removed meanwhile proves nothing any more") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    latchkey.clock.advance(25h);

    Person thief(latchkey, "ada@example.com");
    REQUIRE(thief.sign_in_with(key, add).location() == "/sign-in/add-passkey");
    REQUIRE(thief.browser.get("/sign-in/add-passkey").status() == 200);
    auto planted = new_device();
    const auto response = planted.create(thief.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    REQUIRE(ada.confirm().status() == 200);
    REQUIRE(ada.remove(1).status() == 303);
    CHECK(thief.post_attestation(*response).status() == 409);
    CHECK(ada.passkeys().size() == 1);
}

TEST_CASE("An account holds twenty passkeys; one more is refused in words, replacing still works") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    for (int i = 1; i < 20; ++i) {
        auto key = new_device();
        ada.add_passkey_on(key);
    }
    REQUIRE(ada.passkeys().size() == 20);
    const Page full = ada.sign_in(add);
    CHECK(full.status() == 422);
    CHECK(full.error() == "too_many_passkeys");
    REQUIRE(ada.sign_in(replace(ada, 5)).status() == 200);
    auto phone = new_device();
    CHECK(ada.create_passkey_on(phone).status() == 200);
    CHECK(ada.account()->factors == 20);
}

TEST_CASE("Settings offers both ways: a link to add, and one to replace each passkey") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    ada.sign_up();
    const std::string html = ada.browser.get("/settings/security").response.body;
    const std::string id = ada.passkeys()[0].public_id.value();
    CHECK(html.find("/sign-in?intent=add-passkey&amp;return_to=") != std::string::npos);
    CHECK(html.find("/sign-in?intent=add-passkey&amp;replaces=" + id) != std::string::npos);
}

}  // namespace
}  // namespace latchkey::test
