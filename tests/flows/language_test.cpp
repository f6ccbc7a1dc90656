// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

bool holds(const Page& page, std::string_view part) {
    return page.response.body.find(part) != std::string::npos;
}

BrowserOptions speaking(std::string accept_language) {
    return {
        .representation = http::Representation::html, .accept_language = std::move(accept_language)
    };
}

TEST_CASE("Pages and mails speak the language of the browser") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", speaking("de-AT,de;q=0.9,en;q=0.5"));
    CHECK(holds(ada.browser.get("/sign-in"), "<html lang=\"de\">"));
    CHECK(holds(ada.browser.page(), "Weiter mit Passkey"));
    REQUIRE(ada.ask_for_code().status() == 200);
    const auto mails = latchkey.mails_to(ada.email);
    REQUIRE(mails.size() == 1);
    CHECK(mails[0].subject == latchkey.code_for(ada.email) + " ist Ihr Code für Example");
    CHECK(mails[0].text.find("Chrome auf Linux") != std::string::npos);
    CHECK(mails[0].html.find("<html lang=\"de\">") != std::string::npos);
    const Page wrong = ada.browser.submit("/sign-in/code", {{"code", "12"}});
    CHECK(holds(wrong, "Ein Code hat 8 Ziffern."));
}

TEST_CASE("A passkey that nobody named is called in that language: in Settings, Activity and mails"
) {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", speaking("de"));
    ada.sign_up();
    constexpr std::string_view name = "Passkey in Chrome auf Linux";
    CHECK(holds(ada.browser.get("/settings/security"), name));
    CHECK(holds(ada.browser.get("/settings/activity"), name));
    CHECK(latchkey.mails_to(ada.email).back().text.find(name) != std::string::npos);
}

TEST_CASE("An error that no handler saw speaks it too; JSON has the message in it") {
    const Latchkey latchkey;
    Browser french(latchkey, speaking("fr"));
    CHECK(holds(french.get("/nowhere"), "Cette page n’existe pas"));
    Browser japanese(latchkey, {.accept_language = "ja"});
    japanese.get("/sign-in");
    const Page refused = japanese.submit("/sign-in/email", {{"email", "ada"}});
    CHECK(refused.text("error.message").find("メールアドレスを入力") != std::string::npos);
}

TEST_CASE("A choice stays: ui_locales is stronger than the browser's wish, and is remembered") {
    const Latchkey latchkey;
    Browser browser(latchkey, speaking("de"));
    CHECK(holds(browser.get("/help?ui_locales=fr-CA%20en"), "<html lang=\"fr\">"));
    CHECK(browser.has_cookie("__Host-latchkey_language"));
    CHECK(holds(browser.get("/sign-in"), "<html lang=\"fr\">"));
    CHECK(holds(browser.get("/sign-in?ui_locales=ja"), "<html lang=\"ja\">"));
    CHECK(holds(browser.get("/help"), "<html lang=\"ja\">"));
}

TEST_CASE("A language that we do not have changes nothing, and leaves no cookie") {
    const Latchkey latchkey;
    Browser browser(latchkey, speaking("tlh"));
    CHECK(holds(browser.get("/help?ui_locales=tlh"), "<html lang=\"en\">"));
    CHECK_FALSE(browser.has_cookie("__Host-latchkey_language"));
}

TEST_CASE("Every page leads to itself in each language, with what it was asked for") {
    const Latchkey latchkey;
    Browser browser(latchkey, speaking("en"));
    const Page page = browser.get("/sign-in?intent=add-passkey");
    CHECK(holds(page, "href=\"/sign-in?intent=add-passkey&amp;ui_locales=es\" hreflang=\"es\""));
    const Page posted = browser.submit("/sign-in/email", {{"email", "ada"}});
    REQUIRE(posted.status() == 422);
    CHECK_FALSE(holds(posted, "hreflang"));
}

}  // namespace
}  // namespace latchkey::test
