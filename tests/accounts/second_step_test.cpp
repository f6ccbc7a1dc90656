// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

// The code of the second step was right, and is spent.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

/// Ada proved her address two minutes ago.
SecondMatched by(SecondStep step, Intent intent = Intent::sign_in) {
    SecondMatched event{
        .sign_in = half_proved(intent),
        .by = step,
        .account = ada(),
        .passkeys = {passkey()},
        .steps = with_app(),
    };
    return event;
}

constexpr auto both = {SecondStep::authenticator_app, SecondStep::recovery_code};

TEST_CASE("the app's code ends the sign-in in a session of two steps, and nothing is marked") {
    const auto decision = decide_now(by(SecondStep::authenticator_app));
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(decision->return_to == "/home");
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(only<FinishSignIn>(*decision)->from_version == 1);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    REQUIRE(decision->session.has_value());
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->authenticated_at == noon);
    CHECK(decision->session->recovered_at == std::nullopt);
    CHECK(decision->session->passkey == std::nullopt);
    CHECK_FALSE(has<MarkRecovered>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::signed_in});
    CHECK(decision->notices.empty());
}

TEST_CASE("design.md 4.3: a recovery code lets in at once: marked, logged and told") {
    const auto decision = decide_now(by(SecondStep::recovery_code));
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon);
    CHECK(only<MarkRecovered>(*decision)->at == noon);
    CHECK(logged(*decision) == std::vector{EventKind::recovery_code_used, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::recovery_code_used});
}

TEST_CASE("on the way to a new passkey there is no session yet, and the sign-in gets a new id") {
    for (const SecondStep step : both) {
        const auto decision = decide_now(by(step, Intent::add_passkey));
        REQUIRE(decision.has_value());
        CHECK(decision->next == enrol);
        CHECK_FALSE(has<OpenSession>(*decision));
        CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
        REQUIRE(decision->sign_in.has_value());
        CHECK(decision->sign_in->id == fresh().sign_in);
        CHECK(decision->sign_in->token_hash == fresh().sign_in_token_hash);
        CHECK(decision->sign_in->state == enrol);
        CHECK(decision->sign_in->second == step);
        CHECK(decision->sign_in->recovered == (step == SecondStep::recovery_code));
        CHECK(has<MarkRecovered>(*decision) == (step == SecondStep::recovery_code));
    }
}

TEST_CASE("a second step is taken only where one is asked for") {
    for (const SignInState state : {start, identified, enrol, done}) {
        SecondMatched event = by(SecondStep::authenticator_app);
        event.sign_in.state = state;
        CHECK(refusal(decide_now(event)) == not_in_this_state);
    }
}

TEST_CASE("a first proof lasts 15 minutes, to the millisecond") {
    SecondMatched event = by(SecondStep::authenticator_app);
    event.sign_in.expires_at = noon;
    CHECK(refusal(decide_now(event)) == expired);
    event.sign_in.expires_at = noon + 1ms;
    CHECK(decide_now(event).has_value());
}

TEST_CASE("a second step for an account that is gone, another, or signed out, is over") {
    for (const SecondStep step : both) {
        SecondMatched event = by(step);
        event.account = std::nullopt;
        CHECK(refusal(decide_now(event)) == signed_out_everywhere);
        event = by(step);
        event.account->id = AccountId(2);
        CHECK(refusal(decide_now(event)) == signed_out_everywhere);
        event = by(step);
        event.account->epoch += 1;
        CHECK(refusal(decide_now(event)) == signed_out_everywhere);
    }
}

TEST_CASE("an app that was turned off meanwhile proves nothing") {
    SecondMatched event = by(SecondStep::authenticator_app);
    event.steps = {};
    CHECK(refusal(decide_now(event)) == proof_withdrawn);
}

TEST_CASE("T14: the session that the browser had ends when the new one opens") {
    Circumstances signed_in = at(noon);
    signed_in.current_session = SessionId(40);
    const auto decision = decide(by(SecondStep::authenticator_app), signed_in, fresh());
    CHECK(only<EndSession>(decision.value())->session == SessionId(40));
}

TEST_CASE("a recovery that was before is still told by a session of two steps") {
    SecondMatched event = by(SecondStep::authenticator_app);
    event.account->recovered_at = noon - 24h;
    const auto decision = decide_now(event);
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->recovered_at == noon - 24h);
}

TEST_CASE("ASVS 6.3.5: the third wrong code in a row is told, every one is logged") {
    for (const std::uint32_t in_a_row : {0U, 1U, 2U, 3U, 4U, 49U}) {
        const Decision decision = note_wrong_second_step(ada(), in_a_row, at(noon), fresh());
        CHECK(logged(decision) == std::vector{EventKind::second_step_wrong});
        CHECK(decision.notices.size() == (in_a_row == 3 ? 1 : 0));
    }
}

// ---- a new person secures the account with an app

AppConfirmed confirmed() {
    AppConfirmed event{
        .sign_in = by(SecondStep::authenticator_app).sign_in,
        .app = app(),
        .recovery_codes = {Hash{}},
    };
    event.sign_in.state = enrol;
    event.sign_in.account = std::nullopt;
    event.app.account = fresh().account;
    return event;
}

TEST_CASE("an app is enough for a new account: it comes into being with it, in one commit") {
    const auto decision = decide(confirmed(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(has<FinishSignIn>(*decision));
    CHECK(only<CreateAccount>(*decision)->account.factors == 1);
    CHECK(only<CreateAccount>(*decision)->account.user_handle == ada().user_handle);
    CHECK(only<AddAuthenticatorApp>(*decision)->app.account == fresh().account);
    CHECK(only<SetRecoveryCodes>(*decision)->macs.size() == 1);
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->account == fresh().account);
    CHECK(told(*decision) == std::vector{NoticeKind::app_added});
    CHECK_FALSE(has<SpendInvite>(*decision));
    AppConfirmed invited = confirmed();
    invited.needs_invite = true;
    CHECK(has<SpendInvite>(decide(invited, at(noon), fresh()).value()));
}

TEST_CASE("T4: a sign-in to an account that is there adds no app, whatever was proved") {
    AppConfirmed event = confirmed();
    event.sign_in.account = ada().id;
    CHECK(refusal(decide(event, at(noon), fresh())) == not_in_this_state);
    event = confirmed();
    event.sign_in.state = second;
    CHECK(refusal(decide(event, at(noon), fresh())) == not_in_this_state);
    event = confirmed();
    event.sign_in.expires_at = noon;
    CHECK(refusal(decide(event, at(noon), fresh())) == expired);
}

// ---- a passkey that is added after the second step

PasskeyCreated created(SecondStep step) {
    PasskeyCreated event{
        .sign_in = by(step, Intent::add_passkey).sign_in,
        .record = passkey(9).record,
        .account = ada(),
        .passkeys = {passkey()},
        .steps = with_app(),
    };
    event.sign_in.state = enrol;
    event.sign_in.second = step;
    event.sign_in.recovered = step == SecondStep::recovery_code;
    return event;
}

TEST_CASE("e-mail and app together add a passkey without a mark; the session says two steps") {
    const auto decision = decide(created(SecondStep::authenticator_app), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == std::nullopt);
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->passkey == fresh().passkey);
}

TEST_CASE("what is added after a recovery code carries the mark of a recovery") {
    const auto decision = decide(created(SecondStep::recovery_code), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<AddPasskey>(*decision)->passkey.recovered_at == noon - 2min);
    CHECK(decision->session->assurance == Assurance::recovered);
}

TEST_CASE("T1: a first proof adds nothing once the account asks for a second step") {
    for (const bool recovered : {false, true}) {
        PasskeyCreated event = created(SecondStep::authenticator_app);
        event.sign_in.second = std::nullopt;
        event.sign_in.recovered = recovered;
        CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);
    }
}

TEST_CASE("an app that was turned off meanwhile adds no passkey; a recovery code was used up") {
    PasskeyCreated event = created(SecondStep::authenticator_app);
    event.steps = {};
    CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);
    event = created(SecondStep::recovery_code);
    event.steps = {};
    CHECK(decide(event, at(noon), fresh()).has_value());
}

}  // namespace
}  // namespace latchkey::accounts
