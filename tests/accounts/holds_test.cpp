// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/holds.hpp"

#include "accounts/account_changes.hpp"
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

// The wait of who has a first proof and cannot do the second step (design.md 4.3).
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

HoldWanted wanted() {
    return {.sign_in = half_proved(), .account = ada(), .policy = {}};
}

Result<Decision> begin(const HoldWanted& event) {
    return start_hold(event, at(noon), fresh());
}

TEST_CASE("a wait lasts 24 hours unless the operator says otherwise, and opens no session") {
    const auto decision = begin(wanted());
    REQUIRE(decision.has_value());
    CHECK(decision->next == second);
    CHECK_FALSE(has<OpenSession>(*decision));
    CHECK_FALSE(has<MarkRecovered>(*decision));
    const Hold hold = only<StartHold>(*decision)->hold;
    CHECK(hold.account == ada().id);
    CHECK(hold.account_epoch == ada().epoch);
    CHECK(hold.started_at == noon);
    CHECK(hold.ends_at == noon + 24h);
    CHECK(only<StartHold>(*decision)->over_since == noon - limits::hold_stays_over);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(decision->sign_in->state == second);
    CHECK(logged(*decision) == std::vector{EventKind::hold_started});
    HoldWanted longer = wanted();
    longer.policy.wait = 48h;
    CHECK(only<StartHold>(begin(longer).value())->hold.ends_at == noon + 48h);
}

TEST_CASE("it is told at its start, half-way and at its end, while it lasts") {
    const auto decision = begin(wanted());
    REQUIRE(decision->notices.size() == 3);
    CHECK(
        told(*decision) ==
        std::vector{NoticeKind::hold_runs, NoticeKind::hold_runs, NoticeKind::hold_over}
    );
    CHECK(decision->notices[0].tell_at == std::nullopt);
    CHECK(decision->notices[1].tell_at == noon + 12h);
    CHECK(decision->notices[2].tell_at == noon + 24h);
    for (const Notice& notice : decision->notices) {
        CHECK(notice.hold == only<StartHold>(*decision)->hold);
    }
}

TEST_CASE("strict: there is no wait, neither to begin nor to end") {
    HoldWanted event = wanted();
    event.policy.rule = Recovery::strict;
    CHECK(refusal(begin(event)) == only_operator);
}

TEST_CASE("a wait is begun in a live sign-in of the account that waits for its second step") {
    for (const SignInState state : {SignInState::start, identified, enrol, done}) {
        HoldWanted event = wanted();
        event.sign_in.state = state;
        CHECK(refusal(begin(event)) == not_in_this_state);
    }
    HoldWanted event = wanted();
    event.sign_in.expires_at = noon;
    CHECK(refusal(begin(event)) == expired);
    event = wanted();
    event.account = std::nullopt;
    CHECK(refusal(begin(event)) == signed_out_everywhere);
    event = wanted();
    event.account->id = AccountId(2);
    CHECK(refusal(begin(event)) == signed_out_everywhere);
    event = wanted();
    event.account->epoch += 1;
    CHECK(refusal(begin(event)) == signed_out_everywhere);
}

// ---- at its end

/// The first proof is of just now, the wait over since an hour.
SecondMatched waited() {
    SecondMatched event{
        .sign_in = half_proved(),
        .by = SecondStep::waited,
        .account = ada(),
        .passkeys = {passkey()},
        .steps = with_app(),
        .recovery = Recovery::notify,
    };
    event.steps.hold = Hold{
        .account = ada().id,
        .account_epoch = ada().epoch,
        .started_at = noon - 25h,
        .ends_at = noon - 1h,
    };
    return event;
}

Result<Decision> finish(const SecondMatched& event) {
    return decide(event, at(noon), fresh());
}

TEST_CASE("a wait that is over lets in once: recovered, marked, logged and told") {
    const auto decision = finish(waited());
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(only<EndHold>(*decision)->started_at == noon - 25h);
    CHECK(only<MarkRecovered>(*decision)->at == noon);
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon);
    CHECK(logged(*decision) == std::vector{EventKind::signed_in_recovered, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
}

TEST_CASE("what is added after a wait inherits the recovery") {
    SecondMatched event = waited();
    event.sign_in.intent = Intent::add_passkey;
    const auto decision = finish(event);
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK(decision->sign_in->recovered);
    CHECK(decision->sign_in->second == SecondStep::waited);
}

TEST_CASE("a wait opens nothing before its end, to the millisecond, nor long after it") {
    SecondMatched event = waited();
    event.sign_in.proved_at = noon;
    event.steps.hold->ends_at = noon + 1ms;
    CHECK(refusal(finish(event)) == not_over);
    event.steps.hold->ends_at = noon;
    CHECK(finish(event).has_value());
    event.steps.hold->ends_at = noon - limits::hold_stays_over;
    CHECK(refusal(finish(event)) == not_over);
    event.steps.hold = std::nullopt;
    CHECK(refusal(finish(event)) == not_over);
}

TEST_CASE("design.md 4.3: the first proof at its end is a new one") {
    SecondMatched event = waited();
    event.steps.hold->ends_at = event.sign_in.proved_at + 1ms;
    CHECK(refusal(finish(event)) == not_over);
    event.steps.hold->ends_at = event.sign_in.proved_at;
    CHECK(finish(event).has_value());
}

TEST_CASE("a wait from before 'sign out everywhere' is void, and strict knows none") {
    SecondMatched event = waited();
    event.steps.hold->account_epoch -= 1;
    CHECK(refusal(finish(event)) == not_over);
    event = waited();
    event.recovery = Recovery::strict;
    CHECK(refusal(finish(event)) == only_operator);
}

TEST_CASE("whoever signs in with the passkey or the app ends the wait") {
    const PasskeyAsserted asserted{
        .passkey = passkey(),
        .account = ada(),
        .sign_count = passkey().record.sign_count + 1,
        .passkeys = {passkey()},
    };
    const auto signed_in = decide(SignInState::start, {}, asserted, at(noon), fresh());
    REQUIRE(signed_in.has_value());
    CHECK(only<EndHold>(*signed_in)->account == ada().id);
    CHECK(only<EndHold>(*signed_in)->started_at == std::nullopt);
    SecondMatched by_app = waited();
    by_app.by = SecondStep::authenticator_app;
    CHECK(only<EndHold>(finish(by_app).value())->started_at == std::nullopt);
    CHECK(has<EndHold>(sign_out_everywhere(ada(), at(noon), fresh())));
}

// ---- recovery = "delay" and "strict": around a passkey, too

CodeMatched code_of_ada(Recovery recovery, std::vector<Passkey> passkeys) {
    return {
        .code = {.account = ada().id, .account_epoch = ada().epoch, .expires_at = noon + 1min},
        .email = ada().email,
        .account = ada(),
        .passkeys = std::move(passkeys),
        .recovery = recovery,
    };
}

TEST_CASE("delay and strict: an e-mail code alone goes around no passkey") {
    for (const Recovery recovery : {Recovery::delay, Recovery::strict}) {
        for (const Intent intent : {Intent::sign_in, Intent::add_passkey}) {
            const auto decision = decide(
                identified,
                {.intent = intent},
                code_of_ada(recovery, {passkey()}),
                at(noon),
                fresh()
            );
            REQUIRE(decision.has_value());
            CHECK(decision->next == second);
            CHECK_FALSE(has<OpenSession>(*decision));
            CHECK_FALSE(has<MarkRecovered>(*decision));
        }
        const UpstreamProved upstream{
            .identity = {.issuer = "https://accounts.example.net", .subject = "ada-there"},
            .account = ada(),
            .passkeys = {passkey()},
            .recovery = recovery,
        };
        CHECK(decide(SignInState::start, {}, upstream, at(noon), fresh())->next == second);
    }
    const auto notified =
        decide(identified, {}, code_of_ada(Recovery::notify, {passkey()}), at(noon), fresh());
    CHECK(notified->next == done);
}

}  // namespace
}  // namespace latchkey::accounts
