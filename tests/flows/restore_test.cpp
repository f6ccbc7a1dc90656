// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"
#include "pages/deletions.hpp"
#include "support/authenticator.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

// Somebody else got in around the passkey: what its owner can do (design.md 4.3, T5).
namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

bool says(Person& person, std::string_view path, std::string_view name) {
    person.browser.use(http::Representation::json);
    const Page page = person.browser.get(path);
    const json::Value* found = page.find(name);
    REQUIRE(found != nullptr);
    return *found == json::Value(true);
}

bool has_alert(Person& person) {
    return says(person, "/settings/security", "alert");
}

/// The path of the newest link to `page` in a mail.
std::string path_in_mail(Latchkey& latchkey, const Person& person, std::string_view page) {
    const std::string prefix = std::string(flow_origin) + std::string(page);
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

/// On the page for it: uses a passkey of the device.
Page use_to_restore(Person& person, SoftwareAuthenticator& device) {
    person.browser.use(http::Representation::json);
    REQUIRE(person.browser.get("/sign-in/restore").status() == 200);
    const auto response = device.get(person.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    return person.browser.submit("/sign-in/restore", {{"response", *response}});
}

/// Ada has had a passkey for two days. Eve reads her mail, got in, added a passkey of her own and
/// took Ada's away. Ada's session is of before.
struct Intrusion {
    Intrusion() {
        ada.sign_up();
        latchkey.clock.advance(48h);
        ada.browser.http().cookies.clear();
        REQUIRE(ada.sign_in().status() == 200);
        REQUIRE(eve.prove_by_code("?intent=add-passkey").location() == "/sign-in/add-passkey");
        REQUIRE(eve.create_passkey_on(eves_device).status() == 200);
    }

    void take_passkey_away() {
        REQUIRE(eve.remove(0).location() == "/settings/security?message=suspended");
        REQUIRE(ada.passkeys().at(0).status == accounts::CredentialStatus::suspended);
    }

    Latchkey latchkey;
    Person ada{latchkey, "ada@example.com"};
    Person eve{latchkey, "ada@example.com"};
    SoftwareAuthenticator eves_device = new_device();
};

TEST_CASE("Live sessions are told of a recovery on every page; the one that it opened is not") {
    Intrusion scene;
    CHECK(has_alert(scene.ada));
    CHECK_FALSE(has_alert(scene.eve));
    scene.ada.browser.use(http::Representation::html);
    const Page help = scene.ada.browser.get("/help");
    CHECK(help.response.body.find("href=\"/not-me\"") != std::string::npos);
    scene.latchkey.clock.advance(24h * 7);
    scene.ada.browser.http().cookies.clear();
    REQUIRE(scene.ada.sign_in().status() == 200);
    CHECK_FALSE(has_alert(scene.ada));
}

TEST_CASE("Live sessions are told of a wait") {
    Latchkey latchkey({.recovery = {.rule = accounts::Recovery::delay}});
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK_FALSE(has_alert(ada));
    Person eve(latchkey, "ada@example.com");
    REQUIRE(eve.prove_by_code().location() == "/sign-in/second-step");
    REQUIRE(eve.browser.get("/sign-in/second-step?way=wait").status() == 200);
    REQUIRE(eve.browser.submit("/sign-in/wait", {}).status() == 303);
    CHECK(has_alert(ada));
    REQUIRE(says(ada, "/not-me", "asks"));
    CHECK(ada.browser.submit("/not-me", {{"token", ""}}).status() == 200);
    CHECK(latchkey.store().find_second_steps(ada.account()->id).hold == std::nullopt);
}

TEST_CASE("\"This wasn't me\", from a session or a mail, signs everybody out and freezes factors") {
    for (const bool by_mail : {false, true}) {
        CAPTURE(by_mail);
        Intrusion scene;
        Person& ada = scene.ada;
        const std::string path =
            by_mail ? path_in_mail(scene.latchkey, ada, "/not-me") : std::string("/not-me");
        if (by_mail) ada.browser.http().cookies.clear();
        REQUIRE(says(ada, path, "asks"));
        const Page stopped =
            ada.browser.submit("/not-me", by_mail ? Fields{} : Fields{{"token", ""}});
        CHECK(stopped.status() == 200);
        CHECK(ada.account()->frozen_at == scene.latchkey.clock.now());
        CHECK_FALSE(ada.is_signed_in());
        CHECK_FALSE(scene.eve.is_signed_in());
        CHECK(scene.latchkey.times_told(ada.email, "Nobody gets in") == 1);

        // Neither mailbox nor her own passkey lets Eve change anything.
        CHECK(scene.eve.prove_by_code("?intent=add-passkey").error() == "frozen_by_owner");
        CHECK(
            scene.eve.sign_in_with(scene.eves_device, "?intent=add-passkey").error() ==
            "frozen_by_owner"
        );
        REQUIRE(scene.eve.sign_in_with(scene.eves_device).status() == 200);
        CHECK(scene.eve.browser.get(scene.eve.remove_path(0)).status() == 200);
        CHECK(scene.eve.browser.submit(scene.eve.remove_path(0), {}).error() == "frozen_by_owner");
        CHECK(ada.passkeys().size() == 2);
        scene.latchkey.clock.advance(72h);
        CHECK(scene.eve.sign_in_with(scene.eves_device, "?intent=add-passkey").error().empty());
    }
}

TEST_CASE("Nobody can say it who is neither in a session nor has the mail, or when nothing was") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    CHECK(ada.browser.get("/not-me").status() == 410);
    ada.sign_up();
    CHECK(ada.browser.get("/not-me").status() == 410);
    CHECK(ada.account()->frozen_at == std::nullopt);
}

TEST_CASE("T5: a code and the suspended passkey give it back, by the link of the mail") {
    Intrusion scene;
    scene.take_passkey_away();
    Person& ada = scene.ada;
    CHECK(ada.sign_in().error() == "credential_suspended");
    const std::string path = path_in_mail(scene.latchkey, ada, "/sign-in?intent=restore");
    ada.browser.http().cookies.clear();
    REQUIRE(
        ada.prove_by_code(path.substr(std::string("/sign-in").size())).location() ==
        "/sign-in/restore"
    );
    CHECK_FALSE(ada.is_signed_in());
    const Page back = use_to_restore(ada, ada.device);
    CHECK(back.status() == 200);
    CHECK(back.location() == "/settings/security?message=restored");
    CHECK(ada.is_signed_in());
    CHECK(ada.browser.get("/session").text("acr") == "phr");
    CHECK_FALSE(scene.eve.is_signed_in());
    CHECK(ada.account()->recovered_at == std::nullopt);
    CHECK(scene.latchkey.times_told(ada.email, "is back") == 1);
    // And what is not hers goes away for good.
    CHECK(ada.remove(1).location() == "/settings/security?message=removed");
    CHECK(ada.passkeys().size() == 1);
    CHECK(ada.account()->factors == 1);
}

TEST_CASE("T5: with the passkey that was left in place the owner ends the freeze") {
    Intrusion scene;
    Person& ada = scene.ada;
    REQUIRE(says(ada, "/not-me", "asks"));
    REQUIRE(ada.browser.submit("/not-me", {{"token", ""}}).status() == 200);
    REQUIRE(ada.prove_by_code("?intent=restore").location() == "/sign-in/restore");
    REQUIRE(use_to_restore(ada, ada.device).status() == 200);
    CHECK(ada.account()->frozen_at == std::nullopt);
    CHECK(ada.remove(1).location() == "/settings/security?message=removed");
}

TEST_CASE("T5: neither the mailbox nor what the recovery made restores anything") {
    Intrusion scene;
    scene.take_passkey_away();
    Person& eve = scene.eve;
    REQUIRE(eve.prove_by_code("?intent=restore").location() == "/sign-in/restore");
    CHECK(use_to_restore(eve, scene.eves_device).error() == "not_restorable");
    Person stranger(scene.latchkey, "eve@example.com");
    stranger.sign_up();
    CHECK(use_to_restore(eve, stranger.device).error() == "sign_in_expired");
    CHECK(scene.ada.passkeys().at(0).status == accounts::CredentialStatus::suspended);
    // A challenge that was issued to sign in is for nothing else.
    eve.browser.use(http::Representation::json);
    REQUIRE(eve.browser.get("/sign-in").status() == 200);
    const std::string ceremony = eve.browser.hidden("/sign-in/passkey", "ceremony");
    const auto response = scene.ada.device.get(eve.browser.ceremony_options(), flow_origin);
    REQUIRE(response);
    REQUIRE(eve.browser.get("/sign-in/restore").status() == 200);
    const std::string csrf = eve.browser.page().text("csrf");
    const Page swapped = eve.browser.post(
        "/sign-in/restore", {{"csrf", csrf}, {"ceremony", ceremony}, {"response", *response}}
    );
    CHECK(swapped.error() == "challenge_expired");
    CHECK(scene.ada.passkeys().at(0).status == accounts::CredentialStatus::suspended);
}

TEST_CASE("A passkey is given back for 30 days") {
    Intrusion scene;
    scene.take_passkey_away();
    scene.latchkey.clock.advance(24h * 30);
    REQUIRE(scene.ada.prove_by_code("?intent=restore").location() == "/sign-in/restore");
    CHECK(use_to_restore(scene.ada, scene.ada.device).error() == "not_restorable");
}

TEST_CASE("A passkey that nobody gets back is deleted after 30 days, in the log of the account") {
    Intrusion scene;
    scene.take_passkey_away();
    Latchkey& latchkey = scene.latchkey;
    const auto delete_lapsed = [&] { return pages::delete_lapsed_passkeys(latchkey.services()); };
    latchkey.clock.advance(24h * 30 - 1ms);
    CHECK(delete_lapsed() == 0);
    latchkey.clock.advance(1ms);
    const std::size_t before = scene.ada.passkeys().size();
    CHECK(delete_lapsed() == 1);
    CHECK(scene.ada.passkeys().size() == before - 1);
    const auto events = latchkey.store().list_events(scene.ada.account()->id, {.count = 1});
    CHECK(events.at(0).kind == accounts::EventKind::passkey_removed);
    CHECK(scene.ada.sign_in().error() == "unknown_credential");
    CHECK(delete_lapsed() == 0);
}

TEST_CASE("Who has an address without an account gets nothing to restore") {
    Latchkey latchkey;
    Person nobody(latchkey, "nobody@example.com");
    CHECK(nobody.prove_by_code("?intent=restore").error() == "sign_in_expired");
}

}  // namespace
}  // namespace latchkey::test
