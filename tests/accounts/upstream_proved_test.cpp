// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Another provider's answer verified: it is worth what an e-mail code is worth.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

const Identity identity{.issuer = "https://accounts.example.com", .subject = "10769150350006"};

UpstreamProved by_ada(std::vector<Passkey> passkeys = {passkey()}) {
    return {
        .identity = identity,
        .email = address("ada@gmail.example"),
        .account = ada(),
        .passkeys = std::move(passkeys),
        .may_sign_up = false,
    };
}

UpstreamProved by_stranger() {
    return {
        .identity = identity,
        .email = address("grace@example.com"),
        .account = std::nullopt,
        .passkeys = {},
        .may_sign_up = true,
    };
}

Result<Decision> prove(const UpstreamProved& event, const Purpose& purpose = {}) {
    return decide(start, purpose, event, at(noon), fresh());
}

TEST_CASE("another provider is a first proof only, with or without a code on its way") {
    CHECK(decide(identified, {}, by_ada(), at(noon), fresh()).has_value());
    for (const SignInState state : {enrol, done}) {
        CHECK(refusal(decide(state, {}, by_ada(), at(noon), fresh())) == not_in_this_state);
    }
}

TEST_CASE("a new person goes on to create a passkey; the sign-in knows by whom it was proved") {
    const auto decision = prove(by_stranger(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK(decision->changes.size() == 1);
    REQUIRE(only<StartSignIn>(*decision).has_value());
    const SignIn sign_in = only<StartSignIn>(*decision)->sign_in;
    CHECK(sign_in.account == std::nullopt);
    CHECK(sign_in.email == address("grace@example.com"));
    CHECK(sign_in.proof == Proof::upstream);
    CHECK(sign_in.identity == identity);
    CHECK(sign_in.return_to == "/home");
}

TEST_CASE("T32: without a linked account, an address that has one opens nothing") {
    UpstreamProved event = by_stranger();
    event.may_sign_up = false;
    CHECK(refusal(prove(event)) == sign_up_closed);
}

TEST_CASE("T2: around a passkey it is a recovery: marked, logged and told") {
    const auto decision = prove(by_ada(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    REQUIRE(decision->session.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(has<MarkRecovered>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::signed_in_recovered});
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
    CHECK(decision->notices.front().to == ada().email);
}

TEST_CASE("T2: it never skips the second step of an account that has one") {
    CHECK(refusal(prove(by_ada({passkey(1), second_factor(passkey(2))}))) == not_in_this_state);
}

TEST_CASE("adding a passkey by it is a recovery, too") {
    const auto decision = prove(by_ada(), {.intent = Intent::add_passkey});
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    REQUIRE(decision->sign_in.has_value());
    CHECK(decision->sign_in->recovered);
    CHECK(decision->sign_in->proof == Proof::upstream);
    CHECK(decision->sign_in->email == ada().email);
}

}  // namespace
}  // namespace latchkey::accounts
