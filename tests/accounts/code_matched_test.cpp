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

// The right code was typed, in the browser that asked for it.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

CodeMatched by_ada(std::vector<Passkey> passkeys = {passkey()}) {
    return {
        .code = code(),
        .email = ada().email,
        .account = ada(),
        .passkeys = std::move(passkeys),
        .may_sign_up = true,
        .recovery = Recovery::notify,
    };
}

CodeMatched by_stranger() {
    CodeMatched event{
        .code = code(),
        .email = address("grace@example.com"),
        .account = std::nullopt,
        .passkeys = {},
        .may_sign_up = true,
        .recovery = Recovery::notify,
    };
    event.code.account = std::nullopt;
    event.code.account_epoch = 0;
    return event;
}

Result<Decision> match(const CodeMatched& event, const Purpose& purpose = {}) {
    return decide(identified, purpose, event, at(noon), fresh());
}

TEST_CASE("a code is a proof only after it was asked for") {
    for (const SignInState state : {start, enrol, done}) {
        CHECK(refusal(decide(state, {}, by_ada(), at(noon), fresh())) == not_in_this_state);
    }
}

TEST_CASE("a new person goes on to create a passkey, and has neither account nor session yet") {
    const auto decision = match(by_stranger(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK(decision->changes.size() == 1);
    REQUIRE(only<StartSignIn>(*decision).has_value());
    const SignIn sign_in = only<StartSignIn>(*decision)->sign_in;
    CHECK(sign_in.account == std::nullopt);
    CHECK(sign_in.email == address("grace@example.com"));
    CHECK(sign_in.user_handle == fresh().user_handle);
    CHECK(sign_in.proof == Proof::email_code);
    CHECK_FALSE(sign_in.recovered);
    CHECK(sign_in.return_to == "/home");
    CHECK(decision->notices.empty());
}

TEST_CASE("who may not create an account does not, whatever the code") {
    CodeMatched event = by_stranger();
    event.may_sign_up = false;
    CHECK(refusal(match(event)) == sign_up_closed);
    CHECK(refusal(match(event, to_add())) == sign_up_closed);
}

TEST_CASE("a closed door does not keep out who has an account") {
    CodeMatched event = by_ada();
    event.may_sign_up = false;
    CHECK(match(event).has_value());
}

TEST_CASE("a code is over at its expiry, to the millisecond") {
    CodeMatched event = by_ada();
    event.code.expires_at = noon;
    CHECK(refusal(match(event)) == expired);
    event.code.expires_at = noon + 1ms;
    CHECK(match(event).has_value());
}

TEST_CASE("design.md 4.3 notify: an account with a passkey is let in, marked, logged and told") {
    const auto decision = match(by_ada(), {.return_to = "/home"});
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(decision->return_to == "/home");
    REQUIRE(decision->session.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == noon);
    CHECK(decision->session->authenticated_at == noon);
    CHECK(decision->session->passkey == std::nullopt);
    CHECK(decision->session->account == ada().id);
    REQUIRE(only<MarkRecovered>(*decision).has_value());
    CHECK(only<MarkRecovered>(*decision)->account == ada().id);
    CHECK(only<MarkRecovered>(*decision)->at == noon);
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    CHECK(logged(*decision) == std::vector{EventKind::signed_in_recovered});
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
    CHECK(decision->notices.front().to == ada().email);
    CHECK(decision->notices.front().browser == "Firefox on Linux");
}

TEST_CASE("design.md 4.2: adding a passkey by e-mail proof is a recovery, told before it is done") {
    const auto decision = match(by_ada(), to_add());
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK_FALSE(has<OpenSession>(*decision));
    REQUIRE(decision->sign_in.has_value());
    CHECK(decision->sign_in->recovered);
    CHECK(decision->sign_in->account == ada().id);
    CHECK(decision->sign_in->account_epoch == ada().epoch);
    CHECK(decision->sign_in->user_handle == ada().user_handle);
    CHECK(decision->sign_in->passkey == std::nullopt);
    CHECK(has<MarkRecovered>(*decision));
    CHECK(has<RequireEpoch>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::signed_in_recovered});
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
}

TEST_CASE("an account whose passkeys are all suspended must create one, under recovery") {
    const auto decision = match(by_ada({suspended(passkey())}));
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK(decision->sign_in->recovered);
    CHECK(has<MarkRecovered>(*decision));
    CHECK(told(*decision) == std::vector{NoticeKind::signed_in_recovered});
}

TEST_CASE("an account that never had a passkey must create one, and nothing was lost") {
    const auto decision = match(by_ada({}));
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK_FALSE(decision->sign_in->recovered);
    CHECK(decision->sign_in->account == ada().id);
    CHECK_FALSE(has<MarkRecovered>(*decision));
    CHECK(decision->notices.empty());
}

TEST_CASE("T1: an e-mail code never skips the second step of an account that has one") {
    const CodeMatched with_credential = by_ada({passkey(1), second_factor(passkey(2))});
    CodeMatched by_app = by_ada();
    by_app.steps = with_app();
    for (const CodeMatched& event : {with_credential, by_app}) {
        for (const Intent intent : {Intent::sign_in, Intent::add_passkey, Intent::confirm}) {
            const auto decision = match(event, {.intent = intent, .return_to = "/home"});
            REQUIRE(decision.has_value());
            CHECK(decision->next == second);
            CHECK_FALSE(has<OpenSession>(*decision));
            CHECK_FALSE(has<MarkRecovered>(*decision));
            CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
            REQUIRE(decision->sign_in.has_value());
            CHECK(decision->sign_in->state == second);
            CHECK(decision->sign_in->account == ada().id);
            CHECK(decision->sign_in->intent == intent);
            CHECK(decision->sign_in->second == std::nullopt);
            CHECK_FALSE(decision->sign_in->recovered);
            CHECK(decision->sign_in->return_to == "/home");
        }
    }
}

TEST_CASE("what is suspended asks for no second step, and recovery codes alone do not either") {
    CodeMatched event = by_ada({passkey(1), suspended(second_factor(passkey(2)))});
    event.steps.recovery_codes = 10;
    CHECK(match(event)->next == done);
}

TEST_CASE("T1: a recovery is written only if no second step was added meanwhile") {
    const auto decision = match(by_ada());
    REQUIRE(only<ChangeFactors>(*decision).has_value());
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<ChangeFactors>(*decision)->by == 0);
}

TEST_CASE("a code from before 'sign out everywhere' is dead") {
    CodeMatched event = by_ada();
    event.account->epoch = ada().epoch + 1;
    CHECK(refusal(match(event)) == signed_out_everywhere);
    CHECK(refusal(match(event, to_add())) == signed_out_everywhere);
}

TEST_CASE("a code for an account that is gone, or that is another's now, is dead") {
    CodeMatched event = by_ada();
    event.account = std::nullopt;
    CHECK(refusal(match(event)) == signed_out_everywhere);
    event = by_ada();
    event.account->id = AccountId(2);
    CHECK(refusal(match(event)) == signed_out_everywhere);
}

TEST_CASE("T31: a code from before the account was made opens it only as a recovery") {
    CodeMatched event = by_ada();
    event.code.account = std::nullopt;
    event.code.account_epoch = 0;
    event.account->epoch = 0;
    const auto decision = match(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    event.account->epoch = 1;
    CHECK(refusal(match(event)) == signed_out_everywhere);
}

TEST_CASE("only a usable passkey of the account can be replaced by e-mail proof") {
    const CodeMatched event = by_ada({passkey(1), suspended(passkey(2))});
    CHECK(match(event, to_add(passkey(1).public_id))->sign_in->replaces == passkey(1).public_id);
    CHECK(refusal(match(event, to_add(passkey(2).public_id))) == not_yours);
    CHECK(refusal(match(event, to_add(PublicId("of-another-account")))) == not_yours);
    CHECK(refusal(match(by_stranger(), to_add(passkey(1).public_id))) == not_yours);
}

TEST_CASE("T14: the session that the browser had ends when a recovered one opens") {
    Circumstances signed_in = at(noon);
    signed_in.current_session = SessionId(40);
    const auto decision = decide(identified, {}, by_ada(), signed_in, fresh());
    REQUIRE(decision.has_value());
    CHECK(only<EndSession>(*decision)->session == SessionId(40));
}

}  // namespace
}  // namespace latchkey::accounts
