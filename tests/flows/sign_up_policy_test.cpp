// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/policy.hpp"
#include "flows/latchkey.hpp"
#include "flows/person.hpp"
#include "outbound/mail.hpp"

#include <string>

#include <doctest/doctest.h>

namespace latchkey::test {
namespace {

using namespace std::chrono_literals;

/// The newest mail says that there is no account; it holds no code.
bool is_turned_away(Latchkey& latchkey, const std::string& email) {
    const auto mails = latchkey.mails_to(email);
    REQUIRE_FALSE(mails.empty());
    const outbound::Mail& mail = mails.back();
    const bool has_digits = mail.subject.find_first_of("0123456789") != std::string::npos;
    return mail.text.starts_with("There is no account for this address") && !has_digits;
}

void invite(Latchkey& latchkey, const std::string& email) {
    const auto address = accounts::EmailAddress::parse(email);
    REQUIRE(address);
    latchkey.commit({accounts::Invite{
        .email = *address,
        .expires_at = latchkey.clock.now() + accounts::limits::invitation_lifetime,
    }});
}

TEST_CASE("sign_up = closed: the page is the same, the mail says it, no code works") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::closed}});
    Person eve(latchkey, "eve@example.com");
    CHECK(eve.ask_for_code().status() == 200);
    CHECK(is_turned_away(latchkey, eve.email));
    const Page wrong = eve.enter_code("12345678");
    CHECK(wrong.status() == 422);
    CHECK(wrong.error() == "wrong");
    CHECK_FALSE(eve.account());
}

TEST_CASE("sign_up = closed: who has an account signs in as ever") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::invite}});
    invite(latchkey, "ada@example.com");
    Person ada(latchkey, "ada@example.com");
    ada.sign_up();
    CHECK(ada.sign_in().status() == 200);
    CHECK(ada.prove_by_code().status() == 303);
}

TEST_CASE("sign_up = domains: addresses of those domains only, their parts and subdomains not") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::domains, .domains = {"example.com"}}});
    Person ada(latchkey, "Ada@EXAMPLE.com");
    ada.sign_up();
    for (const std::string email :
         {"eve@example.org", "eve@sub.example.com", "eve@notexample.com", "eve@example.com.evil.org"
         }) {
        Person eve(latchkey, email);
        REQUIRE(eve.ask_for_code().status() == 200);
        CHECK(is_turned_away(latchkey, email));
    }
}

TEST_CASE("sign_up = invite: an invitation is good for one account and for seven days") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::invite}});
    Person eve(latchkey, "eve@example.com");
    REQUIRE(eve.ask_for_code().status() == 200);
    CHECK(is_turned_away(latchkey, eve.email));

    invite(latchkey, "ada@example.com");
    Person ada(latchkey, "ADA@example.com");
    ada.sign_up();
    latchkey.commit({accounts::DeleteAccount{ada.account()->id}});
    Person again(latchkey, "ada@example.com");
    REQUIRE(again.ask_for_code().status() == 200);
    CHECK(is_turned_away(latchkey, again.email));

    invite(latchkey, "bob@example.com");
    latchkey.clock.advance(7 * 24h);
    Person bob(latchkey, "bob@example.com");
    REQUIRE(bob.ask_for_code().status() == 200);
    CHECK(is_turned_away(latchkey, bob.email));
}

TEST_CASE("sign_up = invite: an invitation that ends between code and passkey makes no account") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::invite}});
    invite(latchkey, "ada@example.com");
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.prove_by_code().status() == 303);
    const auto address = accounts::EmailAddress::parse(ada.email);
    latchkey.commit({accounts::SpendInvite{.email = *address, .now = latchkey.clock.now()}});
    CHECK(ada.create_passkey().status() == 409);
    CHECK_FALSE(ada.account());
    CHECK_FALSE(ada.is_signed_in());
}

TEST_CASE("The door that is closed after the code was sent stays closed for a new person") {
    Latchkey latchkey({.sign_up = {.who = accounts::SignUp::invite}});
    invite(latchkey, "ada@example.com");
    Person ada(latchkey, "ada@example.com");
    REQUIRE(ada.ask_for_code().status() == 200);
    const std::string code = latchkey.code_for(ada.email);
    const auto address = accounts::EmailAddress::parse(ada.email);
    latchkey.commit({accounts::SpendInvite{.email = *address, .now = latchkey.clock.now()}});
    const Page refused = ada.enter_code(code);
    CHECK(refused.status() == 422);
    CHECK_FALSE(ada.account());
    CHECK(ada.browser.get("/sign-in/add-passkey").status() == 409);
}

}  // namespace
}  // namespace latchkey::test
