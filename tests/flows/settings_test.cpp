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

std::string rename_path(const Person& person, std::size_t index) {
    return "/settings/passkeys/" + person.passkeys().at(index).public_id.value() + "/rename";
}

TEST_CASE("Settings shows each passkey: its name, where it lives, when it was used, which is this"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    latchkey.clock.advance(24h);
    REQUIRE(ada.sign_in_with(key).status() == 200);

    const Page page = ada.browser.get("/settings/security");
    CHECK(page.text("email") == "ada@example.com");
    CHECK(*page.find("count") == json::Value(2));
    const json::Array& cards = *page.find("passkeys")->as_array();
    REQUIRE(cards.size() == 2);
    CHECK(*cards[0].find_string("name") == "Passkey on Chrome on Linux");
    CHECK(*cards[0].find("sync")->find("synced") == json::Value(true));
    CHECK(*cards[0].find("current") == json::Value(false));
    CHECK(*cards[0].find_string("created") == "22 November 2026");
    CHECK(*cards[1].find_string("name") == "Security key");
    CHECK(*cards[1].find("sync")->find("device") == json::Value(true));
    CHECK(*cards[1].find("current") == json::Value(true));
    CHECK(*cards[1].find_string("last_used") == "23 November 2026");
}

TEST_CASE("Settings tells the password manager every credential that still counts, in one list") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    REQUIRE(ada.confirm().status() == 200);
    REQUIRE(ada.remove(1).status() == 303);  // by a young passkey: suspended, not gone
    const auto signal = json::parse(ada.browser.get("/settings/security").text("signal"));
    REQUIRE(signal);
    json::Array expected;
    for (const auto& passkey : ada.passkeys()) {
        expected.emplace_back(base64url_encode(passkey.record.id.value()));
    }
    CHECK(expected.size() == 2);
    CHECK(*signal->find("allAcceptedCredentialIds") == json::Value(expected));
}

TEST_CASE("After a restore, nothing is signalled until the operator turns it on") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(latchkey.store().save_setting("signals_enabled", "no"));
    CHECK(ada.sign_in().find("signal") == nullptr);
    CHECK(ada.browser.get("/settings/security").find("signal") == nullptr);
    REQUIRE(latchkey.store().save_setting("signals_enabled", "yes"));
    CHECK(ada.sign_in().find("signal") != nullptr);
}

TEST_CASE("A passkey gets a name, and an empty one brings its provider's name back") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        ada.browser.get("/settings/security");
        const Page renamed =
            ada.browser.submit(rename_path(ada, 0), {{"name", "  Übung <b>\"1\"</b> & mehr  "}});
        CHECK(renamed.status() == 303);
        CHECK(renamed.location() == "/settings/security?message=renamed");
        CHECK(ada.passkeys()[0].name == "Übung <b>\"1\"</b> & mehr");
        const Page page = ada.browser.follow(renamed);
        if (representation == http::Representation::html) {
            CHECK(page.response.body.find("<b>") == std::string::npos);
            CHECK(page.response.body.find("&lt;b&gt;") != std::string::npos);
        }
        REQUIRE(ada.browser.submit(rename_path(ada, 0), {{"name", ""}}).status() == 303);
        CHECK(ada.passkeys()[0].name.empty());
    }
}

TEST_CASE("A name that is too long or turns text around is refused in words") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    ada.browser.get("/settings/security");
    for (const std::string& name :
         {std::string(65, 'a'), std::string("a\nb"), std::string("a\u202eb"), std::string("\x01")
         }) {
        const Page refused = ada.browser.submit(rename_path(ada, 0), {{"name", name}});
        CHECK(refused.status() == 422);
        CHECK(refused.error() == "name_not_allowed");
    }
    CHECK(ada.passkeys()[0].name.empty());
    ada.browser.use(http::Representation::html);
    ada.browser.get("/settings/security");
    const Fields form{
        {"csrf", ada.browser.hidden(rename_path(ada, 0), "csrf")}, {"name", std::string(65, 'a')}
    };
    const HttpResponse told = ada.browser.http().post(rename_path(ada, 0), form);
    CHECK(told.header("location") == "/settings/security?message=name_not_allowed");
}

TEST_CASE("The passkey of somebody else is not there: no rename, no removal") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    Person eve(latchkey, "eve@example.com");
    ada.sign_up();
    eve.sign_up();
    eve.browser.get("/settings/security");
    CHECK(eve.browser.submit(rename_path(ada, 0), {{"name", "mine"}}).status() == 404);
    CHECK(eve.browser.get(ada.remove_path(0)).status() == 404);
    CHECK(eve.browser.submit(ada.remove_path(0), {}).status() == 404);
    CHECK(ada.passkeys()[0].name.empty());
}

TEST_CASE("Removing asks first, then removes, ends its sessions and keeps this one under a new id"
) {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        auto key = new_security_key();
        ada.add_passkey_on(key);
        latchkey.clock.advance(25h);
        Person elsewhere(latchkey, "ada@example.com");
        REQUIRE(elsewhere.sign_in_with(key).status() == 200);
        REQUIRE(ada.confirm().status() == 200);
        const auto before = ada.browser.http().cookies;

        const Page removed = ada.remove(1);
        CHECK(removed.status() == 303);
        CHECK(removed.location() == "/settings/security?message=removed");
        CHECK(ada.browser.follow(removed).status() == 200);
        CHECK(ada.passkeys().size() == 1);
        CHECK(ada.account()->factors == 1);
        CHECK_FALSE(elsewhere.is_signed_in());
        CHECK(ada.is_signed_in());
        ada.browser.http().cookies = before;
        CHECK_FALSE(ada.is_signed_in());
        elsewhere.browser.use(http::Representation::json);
        CHECK(elsewhere.sign_in_with(key).error() == "unknown_credential");
    }
}

TEST_CASE("The last passkey cannot be removed; the page says so and leads to replacing it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(*ada.browser.get(ada.remove_path(0)).find("last") == json::Value(true));
    const Page refused = ada.browser.submit(ada.remove_path(0), {});
    CHECK(refused.status() == 409);
    CHECK(refused.error() == "last_factor");
    CHECK(ada.passkeys().size() == 1);

    // Nor by a proof: a stale one makes no difference.
    latchkey.clock.advance(5min);
    CHECK(*ada.browser.get(ada.remove_path(0)).find("last") == json::Value(true));
    CHECK(*ada.browser.page().find("needs_proof") == json::Value(false));
    CHECK(ada.browser.submit(ada.remove_path(0), {}).error() == "last_factor");

    ada.browser.use(http::Representation::html);
    const Page page = ada.browser.get(ada.remove_path(0));
    CHECK(forms_of(page.response.body).count(ada.remove_path(0)) == 0);
    CHECK(
        page.response.body.find("/sign-in?intent=add-passkey&amp;replaces=") != std::string::npos
    );
}

TEST_CASE("Step-up: a removal needs a proof younger than five minutes, and then comes back") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        auto key = new_security_key();
        ada.add_passkey_on(key);
        latchkey.clock.advance(5min);
        const std::string path = ada.remove_path(1);
        const Page asking = ada.browser.get(path);
        ada.browser.use(http::Representation::json);
        ada.browser.get("/settings/security");
        const Page refused = ada.browser.submit(path, {});
        CHECK(refused.status() == 403);
        CHECK(refused.error() == "proof_too_old");
        ada.browser.use(representation);

        if (representation == http::Representation::html) {
            const std::string link = "/sign-in?intent=confirm&amp;return_to=";
            CHECK(asking.response.body.find(link) != std::string::npos);
            CHECK(forms_of(asking.response.body).count(path) == 0);
        } else {
            CHECK(*asking.find("needs_proof") == json::Value(true));
        }
        const Page confirmed = ada.sign_in("?intent=confirm&return_to=" + path);
        CHECK(confirmed.location() == path);
        CHECK(ada.browser.follow(confirmed).status() == 200);
        CHECK(ada.browser.submit(path, {}).status() == 303);
    }
}

TEST_CASE("Step-up with the passkey of another account changes whose session it is, nothing more") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    Person eve(latchkey, "eve@example.com");
    eve.sign_up();
    latchkey.clock.advance(5min);
    const std::string path = ada.remove_path(1);
    REQUIRE(ada.sign_in_with(eve.device, "?intent=confirm&return_to=" + path).status() == 200);
    CHECK(ada.browser.get(path).status() == 404);
    CHECK(ada.passkeys().size() == 2);
}

TEST_CASE("A removal proved by a passkey that is younger than a day is a suspension") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    latchkey.clock.advance(25h);
    auto planted = new_device();
    ada.add_passkey_on(planted);
    REQUIRE(ada.sign_in_with(planted, "?intent=confirm").status() == 200);
    CHECK(*ada.browser.get(ada.remove_path(0)).find("suspends") == json::Value(true));
    const Page removed = ada.remove(0);
    CHECK(removed.location() == "/settings/security?message=suspended");
    CHECK(ada.passkeys()[0].status == accounts::CredentialStatus::suspended);
    CHECK(ada.browser.get(ada.remove_path(0)).status() == 404);
}

TEST_CASE("Signing out ends the session in the database and leads to a page that says so") {
    for (const auto representation : representations) {
        Latchkey latchkey;
        Person ada(latchkey, "ada@example.com", {.representation = representation});
        ada.sign_up();
        ada.browser.get("/settings/security");
        const auto cookies = ada.browser.http().cookies;
        const Page out = ada.browser.submit("/sign-out", {});
        CHECK(out.status() == 303);
        CHECK(out.location() == "/signed-out");
        CHECK(out.response.header("clear-site-data") == R"("cache", "storage")");
        CHECK(ada.browser.follow(out).status() == 200);
        CHECK_FALSE(ada.browser.has_cookie("__Host-latchkey_session"));
        ada.browser.http().cookies = cookies;
        CHECK_FALSE(ada.is_signed_in());
    }
}

}  // namespace
}  // namespace latchkey::test
