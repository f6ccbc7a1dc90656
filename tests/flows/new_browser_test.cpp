// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/browser.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "flows/provider.hpp"
#include "flows/upstream.hpp"
#include "outbound/mail.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// A session in a browser that is new to the account is told to its owner; another one is not.
namespace latchkey::test {
namespace {

/// How many mails to the address have a subject that begins so.
std::ptrdiff_t told(Latchkey& latchkey, const std::string& address, std::string_view subject) {
    const auto mails = latchkey.mails_to(address);
    return std::ranges::count_if(mails, [subject](const outbound::Mail& mail) {
        return mail.subject.starts_with(subject);
    });
}

constexpr std::string_view new_sign_in = "New sign-in";

TEST_CASE("A passkey in a new browser is told once, with browser and time; at home it is not") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    REQUIRE(ada.browser.submit("/sign-out", {}).status() == 303);
    REQUIRE(ada.sign_in().status() == 200);
    CHECK(told(latchkey, ada.email, new_sign_in) == 0);

    Person elsewhere(latchkey, ada.email);
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    REQUIRE(told(latchkey, ada.email, new_sign_in) == 1);
    const outbound::Mail mail = latchkey.mails_to(ada.email).back();
    CHECK(mail.text.find("Chrome on Linux") != std::string::npos);
    CHECK(mail.text.find("22 November 2026, 18:34 UTC") != std::string::npos);
    CHECK(mail.text.find("/settings/security") != std::string::npos);
    REQUIRE(elsewhere.sign_in_with(ada.device).status() == 200);
    CHECK(told(latchkey, ada.email, new_sign_in) == 1);
}

TEST_CASE("A sign-in that is told in another mail is not told twice") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person elsewhere(latchkey, ada.email);
    REQUIRE(elsewhere.prove_by_code().status() == 303);
    REQUIRE(elsewhere.is_signed_in());
    CHECK(told(latchkey, ada.email, new_sign_in) == 0);
    CHECK(latchkey.mails_to(ada.email).size() == 4);  // code, added, code, in without the passkey
}

TEST_CASE("The second step in a new browser is told once") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    ada.browser.http().cookies.clear();
    REQUIRE(ada.sign_in_with_app().status() == 303);
    CHECK(told(latchkey, ada.email, new_sign_in) == 1);
    REQUIRE(ada.sign_in_with_app().status() == 303);
    CHECK(told(latchkey, ada.email, new_sign_in) == 1);
}

TEST_CASE("Three wrong recovery codes are told as wrong codes of the app are") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up_with_app();
    ada.prove_by_code();
    const std::string wrong = "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA";
    for (const std::ptrdiff_t expected : {0, 0, 1, 1}) {
        REQUIRE(ada.take_second_step(wrong, "recovery-code").error() == "wrong");
        CHECK(told(latchkey, ada.email, "Wrong codes") == expected);
    }
}

TEST_CASE("A browser that came in by another provider is known afterwards") {
    Provider provider;
    Latchkey latchkey(with(provider));
    Person ada(latchkey, "ada@example.com");
    sign_up_there(ada, provider);
    REQUIRE(sign_in_there(ada, provider).status() == 303);  // around the passkey: told as that
    REQUIRE(ada.browser.has_cookie("__Host-latchkey_known"));
    REQUIRE(ada.browser.get("/settings/security").status() == 200);
    REQUIRE(ada.browser.submit("/sign-out", {}).status() == 303);
    REQUIRE(ada.sign_in().status() == 200);
    CHECK(told(latchkey, ada.email, new_sign_in) == 0);
}

TEST_CASE("A browser that several people share is known to each of the last four") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person shared(latchkey, "shared@example.com");
    std::vector<Person> others;
    others.reserve(4);
    for (const char* name : {"eve", "bob", "kim", "ola"}) {
        others.emplace_back(latchkey, std::string(name) + "@example.com");
        others.back().sign_up();
    }
    REQUIRE(shared.sign_in_with(ada.device).status() == 200);
    for (Person& other : others) {
        REQUIRE(shared.sign_in_with(other.device).status() == 200);
        CHECK(told(latchkey, other.email, new_sign_in) == 1);
    }
    for (Person& other : others) {
        REQUIRE(shared.sign_in_with(other.device).status() == 200);
        CHECK(told(latchkey, other.email, new_sign_in) == 1);
    }
    REQUIRE(shared.sign_in_with(ada.device).status() == 200);
    CHECK(told(latchkey, ada.email, new_sign_in) == 2);
}

TEST_CASE("The mark of a browser is worth nothing in another one, nor for another account") {
    Latchkey latchkey;
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    Person thief(latchkey, ada.email);
    REQUIRE(thief.browser.get("/sign-in").status() == 200);
    thief.browser.http().cookies["__Host-latchkey_known"] =
        ada.browser.http().cookies.at("__Host-latchkey_known");
    REQUIRE(thief.sign_in_with(ada.device).status() == 200);
    CHECK(told(latchkey, ada.email, new_sign_in) == 1);
    Person eve(latchkey, "eve@example.com");
    eve.sign_up();
    REQUIRE(ada.sign_in_with(eve.device).status() == 200);
    CHECK(told(latchkey, eve.email, new_sign_in) == 1);
}

}  // namespace
}  // namespace latchkey::test
