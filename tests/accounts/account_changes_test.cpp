// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

TEST_CASE("a session is valid until its absolute end, to the millisecond") {
    Session open = session(passkey());
    open.expires_at = noon + 1ms;
    CHECK(session_state(open, ada(), noon) == SessionState::valid);
    open.expires_at = noon;
    CHECK(session_state(open, ada(), noon) == SessionState::expired);
}

TEST_CASE("a session of an earlier epoch, or of another account, is signed out") {
    Account account = ada();
    account.epoch += 1;
    CHECK(session_state(session(passkey()), account, noon) == SessionState::signed_out);
    account = ada();
    account.id = AccountId(2);
    CHECK(session_state(session(passkey()), account, noon) == SessionState::signed_out);
}

TEST_CASE("signing out ends one session and is logged") {
    const Decision decision = sign_out(session(passkey()), at(noon), fresh());
    CHECK(decision.changes.size() == 2);
    CHECK(only<EndSession>(decision)->session == SessionId(50));
    CHECK(logged(decision) == std::vector{EventKind::signed_out});
    CHECK(only<AppendEvent>(decision)->event.account == ada().id);
}

TEST_CASE("signing out everywhere raises the epoch, ends every session and is logged") {
    const Decision decision = sign_out_everywhere(ada(), at(noon), fresh());
    CHECK(only<RaiseEpoch>(decision)->account == ada().id);
    CHECK(only<RaiseEpoch>(decision)->from_epoch == ada().epoch);
    CHECK(only<EndSessions>(decision)->account == ada().id);
    CHECK(only<EndSessions>(decision)->keep == std::nullopt);
    CHECK(logged(decision) == std::vector{EventKind::signed_out_everywhere});
}

TEST_CASE("starting over gives the sign-in up, and only where the table has a row") {
    SignIn sign_in{.id = SignInId(30), .version = 4, .state = SignInState::enrol};
    const auto decision = start_over(sign_in, at(noon));
    REQUIRE(decision.has_value());
    CHECK(decision->next == SignInState::start);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(30));
    CHECK(only<FinishSignIn>(*decision)->from_version == 4);
    for (const SignInState state : {SignInState::start, SignInState::done}) {
        sign_in.state = state;
        CHECK(refusal(start_over(sign_in, at(noon))) == Refusal::not_in_this_state);
    }
}

TEST_CASE("an account that the operator deletes is logged and told in the same commit") {
    const Decision decision = delete_account(ada(), at(noon), fresh());
    CHECK(only<DeleteAccount>(decision)->account == ada().id);
    CHECK(logged(decision) == std::vector{EventKind::account_deleted});
    CHECK(told(decision) == std::vector{NoticeKind::account_deleted_by_operator});
}

TEST_CASE("a deletion that is asked for waits a week, signs out everywhere and is told") {
    const auto decision = ask_deletion(signed_in(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<SetDeletion>(*decision)->to == noon + 24h * 7);
    CHECK_FALSE(only<SetDeletion>(*decision)->from.has_value());
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == ada().epoch);
    CHECK(has<EndHold>(*decision));
    CHECK_FALSE(has<DeleteAccount>(*decision));
    CHECK_FALSE(has<OpenSession>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::deletion_asked});
    CHECK(told(*decision) == std::vector{NoticeKind::deletion_asked});
    CHECK(decision->notices.front().deletes_at == noon + 24h * 7);
}

TEST_CASE("a deletion needs a fresh proof that was no recovery") {
    Acting who = signed_in();
    const TimePoint late = who.session.authenticated_at + 5min;
    CHECK(refusal(ask_deletion(who, at(late), fresh())) == Refusal::proof_too_old);
    who.account.recovered_at = noon - 1h;
    CHECK(refusal(ask_deletion(who, at(noon), fresh())) == Refusal::frozen_after_recovery);
    who = signed_in();
    who.session.assurance = Assurance::recovered;
    CHECK(refusal(ask_deletion(who, at(noon), fresh())) == Refusal::frozen_after_recovery);
}

TEST_CASE("no account is deleted while its factors rest after \"this wasn't me\"") {
    Acting who = signed_in();
    who.account.frozen_at = noon - 72h + 1ms;
    CHECK(refusal(ask_deletion(who, at(noon), fresh())) == Refusal::frozen_by_owner);
    who.account.frozen_at = noon - 72h;
    CHECK(ask_deletion(who, at(noon), fresh()).has_value());
}

TEST_CASE("an account goes only if its deletion was not stopped in the meantime") {
    Account account = ada();
    account.deletes_at = noon;
    const Decision decision = finish_deletion(account, at(noon), fresh());
    CHECK(only<SetDeletion>(decision)->from == noon);
    CHECK(place_of<SetDeletion>(decision) < place_of<DeleteAccount>(decision));
    CHECK(logged(decision) == std::vector{EventKind::account_deleted});
    CHECK(told(decision) == std::vector{NoticeKind::account_deleted});
    CHECK(decision.notices.front().deletes_at == noon);
}

TEST_CASE("an invitation lasts seven days, and the log holds no address") {
    const Decision decision = invite(address("grace@example.com"), at(noon), fresh());
    CHECK(only<Invite>(decision)->email == address("grace@example.com"));
    CHECK(only<Invite>(decision)->expires_at == noon + 24h * 7);
    CHECK(logged(decision) == std::vector{EventKind::invited});
    CHECK(only<AppendEvent>(decision)->event.detail == "g***@example.com");
    CHECK(only<AppendEvent>(decision)->event.account == std::nullopt);
}

TEST_CASE("an entry of the log says when, where from and by what browser, under its own id") {
    const Event event = only<AppendEvent>(sign_out(session(passkey()), at(noon), fresh()))->event;
    CHECK(event.id == fresh().events[0]);
    CHECK(event.at == noon);
    CHECK(event.network == "192.0.2.0/24");
    CHECK(event.browser == "Firefox on Linux");
}

TEST_CASE("the operator's grant opens as a wait that is over, and is logged and told") {
    const Decision decision = grant_recovery(ada(), at(noon), fresh());
    const Hold hold = only<StartHold>(decision)->hold;
    CHECK(hold.by_operator);
    CHECK(hold.ends_at == noon);
    CHECK(has<EndHold>(decision));
    CHECK(place_of<EndHold>(decision) < place_of<StartHold>(decision));
    CHECK(only<RequireEpoch>(decision)->epoch == ada().epoch);
    CHECK(logged(decision) == std::vector{EventKind::recovery_granted});
    CHECK(told(decision) == std::vector{NoticeKind::recovery_granted});
    REQUIRE(decision.notices[0].stop.has_value());
    CHECK(decision.notices[0].stop->until == noon + limits::stop_link_lifetime);
}

TEST_CASE("strict: what the operator granted lets in, recovered; nothing else does") {
    SecondMatched event{
        .sign_in =
            {.id = SignInId(60),
             .state = SignInState::second,
             .account = ada().id,
             .account_epoch = ada().epoch,
             .email = ada().email,
             .proved_at = noon,
             .user_handle = ada().user_handle,
             .expires_at = noon + 15min},
        .by = SecondStep::waited,
        .account = ada(),
        .passkeys = {passkey()},
        .steps = {.hold = only<StartHold>(grant_recovery(ada(), at(noon), fresh()))->hold},
        .recovery = Recovery::strict,
    };
    const auto decision = decide(event, at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(has<MarkRecovered>(*decision));
    event.steps.hold->by_operator = false;
    CHECK(refusal(decide(event, at(noon), fresh())) == Refusal::only_operator);
}

TEST_CASE("the operator takes the second step away, never the last factor") {
    Account account = ada();
    account.factors = 2;
    const auto decision = reset_second_step(account, {passkey()}, with_app(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<RemoveAuthenticatorApp>(*decision)->app == app().id);
    CHECK(only<SetRecoveryCodes>(*decision)->macs.empty());
    CHECK(only<ChangeFactors>(*decision)->by == -1);
    CHECK(has<EndSessions>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::app_removed});
    CHECK(told(*decision) == std::vector{NoticeKind::app_removed});
    CHECK(
        refusal(reset_second_step(account, {passkey()}, {}, at(noon), fresh())) ==
        Refusal::not_yours
    );
    CHECK(
        refusal(reset_second_step(ada(), {}, with_app(), at(noon), fresh())) == Refusal::last_factor
    );
}

TEST_CASE("the operator takes app and phone away together, each as a change of its own") {
    Account account = ada();
    account.factors = 2;
    SecondSteps steps = with_app();
    steps.phone = phone();
    CHECK(
        refusal(reset_second_step(account, {}, steps, at(noon), fresh())) == Refusal::last_factor
    );
    account.factors = 3;
    const auto decision = reset_second_step(account, {}, steps, at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<RemoveAuthenticatorApp>(*decision)->app == app().id);
    CHECK(only<RemovePhone>(*decision)->phone == phone().id);
    std::vector<std::uint32_t> versions;
    for (const Change& change : decision->changes) {
        const auto* factors = std::get_if<ChangeFactors>(&change);
        if (factors == nullptr) continue;
        CHECK(factors->by == -1);
        versions.push_back(factors->from_version);
    }
    CHECK(versions == std::vector{account.version, account.version + 1});
    CHECK(logged(*decision) == std::vector{EventKind::app_removed, EventKind::phone_removed});
    CHECK(told(*decision) == std::vector{NoticeKind::app_removed, NoticeKind::phone_removed});

    steps.app = std::nullopt;
    account.factors = 2;
    const auto alone = reset_second_step(account, {}, steps, at(noon), fresh());
    REQUIRE(alone.has_value());
    CHECK(only<SetRecoveryCodes>(*alone)->macs.empty());
    CHECK(told(*alone) == std::vector{NoticeKind::phone_removed});
}

}  // namespace
}  // namespace latchkey::accounts
