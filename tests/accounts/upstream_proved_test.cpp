// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Another provider vouched for a person: its ID token verified.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

const Identity ada_there{.issuer = "https://accounts.example.net", .subject = "ada-there"};

UpstreamProved upstream_by_ada(std::vector<Passkey> passkeys = {passkey()}) {
    return {
        .identity = ada_there,
        .email = std::nullopt,
        .account = ada(),
        .passkeys = std::move(passkeys),
        .is_address_taken = false,
        .may_sign_up = false,
        .recovery = Recovery::notify,
    };
}

UpstreamProved upstream_by_stranger() {
    return {
        .identity = {.issuer = ada_there.issuer, .subject = "grace-there"},
        .email = address("Grace@example.com"),
        .account = std::nullopt,
        .passkeys = {},
        .is_address_taken = false,
        .may_sign_up = true,
        .recovery = Recovery::notify,
    };
}

Result<Decision> prove(const UpstreamProved& event, const Purpose& purpose = {}) {
    return decide(start, purpose, event, at(noon), fresh());
}

TEST_CASE("another provider is a first proof, and none later") {
    for (const SignInState state : {start, identified}) {
        CHECK(decide(state, {}, upstream_by_ada(), at(noon), fresh()).has_value());
    }
    for (const SignInState state : {enrol, done}) {
        CHECK(
            refusal(decide(state, {}, upstream_by_ada(), at(noon), fresh())) == not_in_this_state
        );
    }
}

TEST_CASE("a new person goes on to create a passkey, and has neither account nor link yet") {
    const auto decision = prove(upstream_by_stranger(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK(decision->changes.size() == 1);
    REQUIRE(only<StartSignIn>(*decision).has_value());
    const SignIn sign_in = only<StartSignIn>(*decision)->sign_in;
    CHECK(sign_in.account == std::nullopt);
    CHECK(sign_in.email == address("Grace@example.com"));
    CHECK(sign_in.proof == Proof::upstream);
    CHECK(sign_in.identity == upstream_by_stranger().identity);
    CHECK(sign_in.user_handle == fresh().user_handle);
    CHECK(sign_in.return_to == "/home");
}

TEST_CASE("T31: the account of a new person comes with its passkey and its link, in one commit") {
    const SignIn sign_in = prove(upstream_by_stranger())->sign_in.value();
    PasskeyCreated event{.sign_in = sign_in};
    event.record.id = webauthn::CredentialId(bytes(16, 7));
    event.record.user_handle = sign_in.user_handle;
    const auto decision = decide(event, at(noon + 1min), fresh());
    REQUIRE(decision.has_value());
    REQUIRE(only<LinkIdentity>(*decision).has_value());
    const LinkedIdentity identity = only<LinkIdentity>(*decision)->identity;
    CHECK(identity.who == upstream_by_stranger().identity);
    CHECK(identity.account == only<CreateAccount>(*decision)->account.id);
    CHECK(identity.email == "Grace@example.com");
    CHECK(identity.linked_at == noon + 1min);
    CHECK(place_of<CreateAccount>(*decision) < place_of<LinkIdentity>(*decision));
    CHECK(
        logged(*decision) ==
        std::vector{
            EventKind::account_created,
            EventKind::identity_linked,
            EventKind::passkey_added,
            EventKind::signed_in
        }
    );
}

TEST_CASE("T31: the account of a new person with an app comes with its link too") {
    const SignIn sign_in = prove(upstream_by_stranger())->sign_in.value();
    const AppConfirmed event{
        .sign_in = sign_in, .app = {.id = fresh().app, .account = fresh().account}
    };
    const auto decision = decide(event, at(noon + 1min), fresh());
    REQUIRE(decision.has_value());
    REQUIRE(only<LinkIdentity>(*decision).has_value());
    CHECK(only<LinkIdentity>(*decision)->identity.who == upstream_by_stranger().identity);
    CHECK(place_of<CreateAccount>(*decision) < place_of<LinkIdentity>(*decision));
}

TEST_CASE("T32: an address is no link: who has an account with it signs in there and links") {
    UpstreamProved event = upstream_by_stranger();
    event.is_address_taken = true;
    CHECK(refusal(prove(event)) == address_taken);
    CHECK(refusal(prove(event, to_add())) == address_taken);
}

TEST_CASE("T32: an address that the provider is no authority for makes no account") {
    UpstreamProved event = upstream_by_stranger();
    event.email = std::nullopt;
    CHECK(refusal(prove(event)) == address_not_vouched);
}

TEST_CASE("T33: who is linked is let in, whatever address the provider gives now") {
    UpstreamProved event = upstream_by_ada();
    event.email = address("somebody@example.com");
    event.is_address_taken = true;
    const auto decision = prove(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->account == ada().id);
    CHECK_FALSE(has<LinkIdentity>(*decision));
}

TEST_CASE("who may not create an account does not, whoever vouches") {
    UpstreamProved event = upstream_by_stranger();
    event.may_sign_up = false;
    CHECK(refusal(prove(event)) == sign_up_closed);
}

TEST_CASE("T2, design.md 4.3 notify: around a passkey it is a recovery: marked, logged and told") {
    const auto decision = prove(upstream_by_ada(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    REQUIRE(decision->session.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon);
    CHECK(only<MarkRecovered>(*decision)->at == noon);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(logged(*decision) == std::vector{EventKind::signed_in_recovered});
    CHECK(only<AppendEvent>(*decision)->event.detail == ada_there.issuer);
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
    CHECK(decision->notices.front().issuer == ada_there.issuer);
}

TEST_CASE("KC CVE-2026-92358: the commit of a proof requires that the identity is still linked") {
    for (const Purpose& purpose : {Purpose{}, to_add()}) {
        const auto decision = prove(upstream_by_ada(), purpose);
        REQUIRE(only<RequireIdentity>(*decision).has_value());
        CHECK(only<RequireIdentity>(*decision)->account == ada().id);
        CHECK(only<RequireIdentity>(*decision)->who == ada_there);
    }
    const SignIn sign_in = prove(upstream_by_ada(), to_add())->sign_in.value();
    PasskeyCreated event{.sign_in = sign_in, .account = ada(), .passkeys = {passkey()}};
    event.record.id = webauthn::CredentialId(bytes(16, 7));
    event.record.user_handle = sign_in.user_handle;
    const auto created = decide(event, at(noon + 1min), fresh());
    REQUIRE(created.has_value());
    CHECK(only<RequireIdentity>(*created)->who == ada_there);
    CHECK_FALSE(has<LinkIdentity>(*created));
    CHECK(created->session->assurance == Assurance::recovered);
}

TEST_CASE("T1, T2: another provider never skips the second step of an account that has one") {
    for (const Purpose& purpose : {Purpose{}, to_add()}) {
        UpstreamProved event = upstream_by_ada();
        event.steps = with_app();
        const auto decision = prove(event, purpose);
        REQUIRE(decision.has_value());
        CHECK(decision->next == second);
        CHECK_FALSE(has<OpenSession>(*decision));
        CHECK_FALSE(has<MarkRecovered>(*decision));
        REQUIRE(decision->sign_in.has_value());
        CHECK(decision->sign_in->state == second);
        CHECK(decision->sign_in->proof == Proof::upstream);
        CHECK(decision->sign_in->identity == ada_there);
    }
}

TEST_CASE("an account that never had a passkey must create one, and nothing was lost") {
    const auto decision = prove(upstream_by_ada({}));
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK_FALSE(decision->sign_in->recovered);
    CHECK(decision->sign_in->identity == ada_there);
    CHECK(decision->notices.empty());
}

}  // namespace
}  // namespace latchkey::accounts
