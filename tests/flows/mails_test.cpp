// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "http/request.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> subjects(Latchkey& latchkey, const std::string& address) {
    std::vector<std::string> found;
    for (const auto& mail : latchkey.mails_to(address)) {
        found.push_back(mail.subject);
    }
    return found;
}

TEST_CASE("The mail with a code has it first in its subject, and no link that signs in") {
    Latchkey latchkey;
    Person ada(latchkey, "Ada@Example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const auto mails = latchkey.mails_to("Ada@Example.com");
    REQUIRE(mails.size() == 1);
    const outbound::Mail& mail = mails[0];
    const std::string code = latchkey.code_for("Ada@Example.com");
    CHECK(mail.subject.starts_with(code));
    CHECK(mail.text.find(code) != std::string::npos);
    CHECK(mail.html.find(code.substr(0, 4) + " " + code.substr(4)) != std::string::npos);
    CHECK(mail.text.find("10 minutes") != std::string::npos);
    CHECK(mail.text.find("Chrome on Linux") != std::string::npos);
    CHECK(mail.text.find("/sign-in") == std::string::npos);
    CHECK(mail.html.find("/sign-in") == std::string::npos);
}

TEST_CASE("A code that has expired is never sent") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    latchkey.clock.advance(10min);
    CHECK(latchkey.mails_to(ada.email).empty());
}

TEST_CASE("Notices go in the owner's language, whoever acts; a code in that of who asks for it") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.accept_language = "de"});
    ada.sign_up();
    CHECK(ada.account()->language == "de");
    CHECK(
        subjects(latchkey, ada.email).back() ==
        "Ihrem Konto bei Example wurde ein Passkey hinzugefügt"
    );

    // A thief with the mailbox reads French.
    Person thief(latchkey, ada.email, {.accept_language = "fr"});
    REQUIRE(thief.prove_by_code().status() == 303);
    const auto told = subjects(latchkey, ada.email);
    CHECK(told.at(told.size() - 2).find("votre code") != std::string::npos);
    CHECK(told.back().find("Ihr") != std::string::npos);
    CHECK(ada.account()->language == "de");

    // Its owner changes the language, and signs in.
    Person elsewhere(latchkey, ada.email, {.accept_language = "es"});
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    CHECK(ada.account()->language == "es");
}

TEST_CASE("Asking again sends a new code; the old one works until it expires") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com", {.representation = http::Representation::html});
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string first = latchkey.code_for(ada.email);
    const Page again = ada.browser.submit("/sign-in/email", {});
    CHECK(again.status() == 303);
    CHECK(again.location() == "/sign-in/code");
    CHECK(latchkey.mails_to(ada.email).size() == 2);
    CHECK(latchkey.code_for(ada.email) != first);
    CHECK(ada.enter_code().status() == 303);
}

TEST_CASE("Each event is told once, to the address of the account") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(subjects(latchkey, ada.email).size() == 2);  // the code, and the first passkey

    auto key = new_security_key();
    ada.add_passkey_on(key);
    const auto added = latchkey.mails_to(ada.email);
    REQUIRE(added.size() == 3);
    CHECK(added.back().subject.find("added") != std::string::npos);
    CHECK(added.back().text.find("Security key") != std::string::npos);
    CHECK(added.back().text.find("22 November 2026, 18:34 UTC") != std::string::npos);

    latchkey.clock.advance(25h);
    REQUIRE(ada.confirm().status() == 200);
    REQUIRE(ada.remove(1).status() == 303);
    const auto removed = latchkey.mails_to(ada.email);
    REQUIRE(removed.size() == 4);
    CHECK(removed.back().subject.find("removed") != std::string::npos);

    auto phone = new_device();
    const std::string id = ada.passkeys()[0].public_id.value();
    REQUIRE(ada.sign_in("?intent=add-passkey&replaces=" + id).status() == 200);
    REQUIRE(ada.create_passkey_on(phone).status() == 200);
    const auto replaced = latchkey.mails_to(ada.email);
    REQUIRE(replaced.size() == 5);
    CHECK(replaced.back().subject.find("replaced") != std::string::npos);

    REQUIRE(ada.prove_by_code().status() == 303);
    const auto recovered = latchkey.mails_to(ada.email);
    REQUIRE(recovered.size() == 7);  // the code, and that it signed in around the passkey
    for (const outbound::Mail& mail : recovered) {
        CHECK(mail.to == "ada@example.com");
        CHECK_FALSE(mail.subject.empty());
        CHECK_FALSE(mail.text.empty());
        CHECK(mail.html.starts_with("<!doctype html>"));
    }
}

TEST_CASE("A passkey's name in a mail is text, never markup or a second header line") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    auto key = new_security_key();
    ada.add_passkey_on(key);
    ada.browser.get("/settings/security");
    const std::string path =
        "/settings/passkeys/" + ada.passkeys()[1].public_id.value() + "/rename";
    REQUIRE(ada.browser.submit(path, {{"name", "<img src=x> & co"}}).status() == 303);
    REQUIRE(ada.remove(1).status() == 303);
    const outbound::Mail mail = latchkey.mails_to(ada.email).back();
    CHECK(mail.html.find("<img") == std::string::npos);
    CHECK(mail.html.find("&lt;img") != std::string::npos);
    CHECK(mail.text.find("<img src=x> & co") != std::string::npos);
    CHECK(mail.subject.find('\n') == std::string::npos);
}

TEST_CASE("A browser that says something strange is an unknown browser in every mail") {
    Latchkey latchkey;
    BrowserOptions options;
    options.user_agent = "<script>alert(1)</script> click http://evil.example/";
    Person ada(latchkey, "ada@example.com", options);
    REQUIRE(ada.ask_for_code().status() == 200);
    const outbound::Mail mail = latchkey.mails_to(ada.email).back();
    CHECK(mail.text.find("evil.example") == std::string::npos);
    CHECK(mail.html.find("<script>") == std::string::npos);
    CHECK(mail.text.find("Unknown browser") != std::string::npos);
}

}  // namespace
}  // namespace latchkey::test
