// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/options.hpp"

#include <optional>
#include <vector>

#include <doctest/doctest.h>

// A second factor becomes a passkey: design.md 4.2.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using namespace std::chrono_literals;

/// Ada came in by her passkey to add another, and her laptop answered.
PasskeyPromoted promoted() {
    SignIn sign_in = half_proved(Intent::add_passkey);
    sign_in.state = SignInState::enrol;
    sign_in.proof = Proof::passkey;
    sign_in.passkey = passkey().id;
    return {
        .sign_in = sign_in,
        .use = {.credential = laptop(), .sign_count = 6},
        .account = ada(),
        .passkeys = {passkey(), laptop()},
        .steps = {.recovery_codes = 10},
    };
}

TEST_CASE("It stays a factor: used, promoted, told as both, and the codes end with the method") {
    const auto decision = decide_now(promoted());
    REQUIRE(decision.has_value());
    CHECK(decision->next == SignInState::done);
    CHECK(only<PromoteSecondFactor>(*decision)->credential == laptop().id);
    CHECK(only<UsePasskey>(*decision)->sign_count == 6);
    CHECK(only<ChangeFactors>(*decision)->by == 0);
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(only<SetRecoveryCodes>(*decision)->macs.empty());
    CHECK_FALSE(has<AddPasskey>(*decision));
    CHECK(
        told(*decision) == std::vector{NoticeKind::biometrics_removed, NoticeKind::passkey_added}
    );
    CHECK(
        logged(*decision) ==
        std::vector{EventKind::biometrics_removed, EventKind::passkey_added, EventKind::signed_in}
    );
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->passkey == passkey().id);
}

TEST_CASE("It may be the second step of this very sign-in; its codes stay with another method") {
    PasskeyPromoted event = promoted();
    event.sign_in.proof = Proof::email_code;
    event.sign_in.second = SecondStep::biometrics;
    event.sign_in.passkey = laptop().id;
    event.passkeys = {laptop()};
    event.steps = with_app();
    const auto decision = decide_now(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->passkey == laptop().id);
    CHECK_FALSE(has<SetRecoveryCodes>(*decision));
    event.sign_in.second = std::nullopt;  // one step alone
    CHECK(refusal(decide_now(event)) == proof_withdrawn);
}

TEST_CASE("It takes the place of a passkey in the same commit, with a factor less") {
    PasskeyPromoted event = promoted();
    event.sign_in.replaces = passkey().public_id;
    event.passkeys.front().created_at = noon - 1h;  // too young to take anything away for good
    event.use.sign_count = 5;
    event.use.counter_rule = webauthn::CounterRule::report;
    event.account->deletes_at = noon + 24h;  // as many events as there can be
    const auto decision = decide_now(event);
    REQUIRE(decision.has_value());
    CHECK(only<ChangeFactors>(*decision)->by == -1);
    CHECK(only<SuspendPasskey>(*decision)->passkey == passkey().id);
    CHECK(decision->session->passkey == laptop().id);
    CHECK(logged(*decision).size() == 6);
    event.sign_in.replaces = laptop().public_id;
    CHECK(refusal(decide_now(event)) == not_yours);
}

TEST_CASE("T17: neither a passkey, nor another's, nor a suspended credential is promoted") {
    PasskeyPromoted event = promoted();
    event.use.credential = passkey();
    CHECK(refusal(decide_now(event)) == not_yours);
    event.use.credential = suspended(laptop());
    CHECK(refusal(decide_now(event)) == not_yours);
    event.use.credential = laptop();
    event.use.credential.account = AccountId(2);
    CHECK(refusal(decide_now(event)) == not_yours);
    event.use.credential = laptop();
    event.use.credential.record.user_handle = webauthn::UserHandle(bytes(64, 0xee));
    CHECK(refusal(decide_now(event)) == not_yours);
}

TEST_CASE("T20: nor one whose counter says that it was copied") {
    PasskeyPromoted event = promoted();
    event.use.sign_count = 5;
    CHECK(refusal(decide_now(event)) == counter_went_back);
}

TEST_CASE("T3, T4: only where a passkey may be added, by a proof that still holds") {
    PasskeyPromoted event = promoted();
    event.sign_in.intent = Intent::add_second_step;
    CHECK(refusal(decide_now(event)) == not_in_this_state);
    event = promoted();
    event.sign_in.state = SignInState::second;
    CHECK(refusal(decide_now(event)) == not_in_this_state);
    event = promoted();
    event.sign_in.account = std::nullopt;
    event.account = std::nullopt;
    CHECK(refusal(decide_now(event)) == not_in_this_state);
    event = promoted();
    event.sign_in.expires_at = noon;
    CHECK(refusal(decide_now(event)) == expired);
    event = promoted();
    event.account->epoch += 1;
    CHECK(refusal(decide_now(event)) == signed_out_everywhere);
    event = promoted();
    event.passkeys = {laptop()};  // the passkey that was the proof is gone
    CHECK(refusal(decide_now(event)) == proof_withdrawn);
}

TEST_CASE("4.3: no recovery promotes, nor anybody for 72 hours after one: a second step would go") {
    PasskeyPromoted event = promoted();
    event.sign_in.recovered = true;
    CHECK(refusal(decide_now(event)) == frozen_after_recovery);
    event = promoted();
    event.account->recovered_at = noon - 71h;
    CHECK(refusal(decide_now(event)) == frozen_after_recovery);
    event.account->recovered_at = noon - 72h;
    CHECK(decide_now(event).has_value());
    event.account->frozen_at = noon - 1h;
    CHECK(refusal(decide_now(event)) == frozen_by_owner);
}

TEST_CASE("What the client said is kept elsewhere is not in the way; what it did not say is") {
    Passkey credential = laptop();
    CHECK(is_promotable(credential));
    credential.discoverable = true;
    CHECK(is_promotable(credential));
    credential.discoverable = false;
    CHECK_FALSE(is_promotable(credential));
    CHECK_FALSE(is_promotable(passkey()));
    CHECK_FALSE(is_promotable(suspended(laptop())));
}

}  // namespace
}  // namespace latchkey::accounts
