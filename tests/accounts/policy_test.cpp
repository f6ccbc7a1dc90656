// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"

#include "accounts/email_address.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <set>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

TEST_CASE("an open door lets everybody create an account, a closed one nobody") {
    const EmailAddress ada = address("ada@example.com");
    CHECK(may_sign_up({.who = SignUp::open}, ada, Invitation::none));
    CHECK_FALSE(may_sign_up({.who = SignUp::closed}, ada, Invitation::none));
    CHECK_FALSE(may_sign_up({.who = SignUp::closed}, ada, Invitation::open));
}

TEST_CASE("by invitation, only an address with an open one may create an account") {
    const EmailAddress ada = address("ada@example.com");
    CHECK(may_sign_up({.who = SignUp::invite}, ada, Invitation::open));
    CHECK_FALSE(may_sign_up({.who = SignUp::invite}, ada, Invitation::none));
}

TEST_CASE("by domain, the whole domain has to match, in any case") {
    const SignUpPolicy policy{.who = SignUp::domains, .domains = {"example.com", "example.org"}};
    CHECK(may_sign_up(policy, address("ada@EXAMPLE.com"), Invitation::none));
    CHECK(may_sign_up(policy, address("ada@example.org"), Invitation::none));
    for (const std::string_view text :
         {"ada@sub.example.com",
          "ada@example.com.evil.example",
          "ada@notexample.com",
          "example.com@evil.example"}) {
        CHECK_FALSE(may_sign_up(policy, address(text), Invitation::open));
    }
    CHECK_FALSE(may_sign_up({.who = SignUp::domains}, address("a@b.c"), Invitation::none));
}

/// Whether the values from the first to `last` have names that differ, and no other value has one.
template <class Enum>
bool have_names_of_their_own(Enum last) {
    const auto count = static_cast<unsigned>(last) + 1;
    std::set<std::string_view> names;
    for (unsigned i = 0; i < count; ++i) {
        names.insert(name_of(static_cast<Enum>(i)));
    }
    return names.size() == count && !names.contains("unknown") &&
           name_of(static_cast<Enum>(count)) == "unknown";
}

TEST_CASE("every refusal, state and event of the machine has a name of its own") {
    CHECK(have_names_of_their_own(Refusal::name_not_allowed));
    CHECK(have_names_of_their_own(SignInState::second));
    CHECK(have_names_of_their_own(SignInEvent::started_over));
    CHECK(name_of(SignInState::enrol) == "enrol");
    CHECK(name_of(SignInEvent::passkey_created) == "passkey_created");
}

}  // namespace
}  // namespace latchkey::accounts
