// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/restoring.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/identities.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkeys.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

// What its owner can do against a recovery that was somebody else's (design.md 4.3).
namespace latchkey::accounts {
namespace {

using enum Refusal;

// ---- "this wasn't me"

StopLink link() {
    return {.account = ada().id, .epoch = ada().epoch, .until = noon + 1ms};
}

void check_stopped(const Result<Decision>& decision) {
    REQUIRE(decision.has_value());
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == ada().epoch);
    CHECK(only<EndSessions>(*decision)->keep == std::nullopt);
    CHECK(only<EndHold>(*decision)->started_at == std::nullopt);
    CHECK(only<FreezeFactors>(*decision)->at == noon);
    CHECK_FALSE(has<OpenSession>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::hold_stopped});
    CHECK(told(*decision) == std::vector{NoticeKind::hold_stopped});
}

TEST_CASE("the link in the mail ends all that is open and freezes the factors, and is told") {
    check_stopped(stop_recovery(link(), ada(), at(noon), fresh()));
}

TEST_CASE("the link works once, for its account, for seven days") {
    Account signed_out = ada();
    signed_out.epoch += 1;
    CHECK(refusal(stop_recovery(link(), signed_out, at(noon), fresh())) == signed_out_everywhere);
    Account other = ada();
    other.id = AccountId(2);
    CHECK(refusal(stop_recovery(link(), other, at(noon), fresh())) == not_yours);
    StopLink old = link();
    old.until = noon;
    CHECK(refusal(stop_recovery(old, ada(), at(noon), fresh())) == expired);
}

TEST_CASE("a live session stops it too, while there is something to stop") {
    Account account = ada();
    const auto stop = [&account](const SecondSteps& steps = {}) {
        return stop_recovery(session(passkey()), account, steps, at(noon), fresh());
    };
    CHECK(refusal(stop()) == not_over);
    const Hold hold{
        .account = ada().id, .account_epoch = ada().epoch, .started_at = noon, .ends_at = noon + 24h
    };
    check_stopped(stop({.hold = hold}));
    account.recovered_at = noon - limits::recovered_mark + 1ms;
    check_stopped(stop());
    account.recovered_at = noon - limits::recovered_mark;
    CHECK(refusal(stop()) == not_over);
    // Who has answered is not asked again; who gets in afterwards is another one.
    account.recovered_at = noon - 2h;
    account.frozen_at = noon - 1h;
    CHECK(refusal(stop()) == not_over);
    account.recovered_at = noon - 30min;
    check_stopped(stop());
    account.id = AccountId(2);
    CHECK(refusal(stop()) == not_yours);
}

// ---- the freeze

Account frozen(std::chrono::milliseconds ago = 1h) {
    Account account = ada();
    account.frozen_at = noon - ago;
    account.factors = 3;
    return account;
}

/// Every change of factors that a session can make, by an old passkey a minute ago.
std::vector<Result<Decision>> changes_in_settings(const Account& account) {
    const Acting who{
        .account = account,
        .session = session(passkey()),
        .passkeys = {passkey(), passkey(2)},
        .steps = with_app(),
    };
    Acting without_app = who;
    without_app.steps = {};
    const ProvedIdentity proved{.who = {.issuer = "i", .subject = "s"}, .email = {}};
    const LinkedIdentity linked{
        .id = LinkedIdentityId(5),
        .public_id = PublicId("linked"),
        .account = ada().id,
        .who = proved.who,
        .email = {},
        .linked_at = noon,
    };
    return {
        remove_passkey(who, passkey(2).public_id, at(noon), fresh()),
        turn_on_app(without_app, app(), {Hash{}}, at(noon), fresh()),
        turn_off_app(who, at(noon), fresh()),
        make_recovery_codes(who, {Hash{}}, at(noon), fresh()),
        link_identity(who, {}, proved, at(noon), fresh()),
        unlink_identity(who, {linked}, linked.public_id, at(noon), fresh()),
    };
}

/// Every first proof, second step and end of a sign-in that is to add a passkey.
std::vector<Result<Decision>> sign_ins_to_add(const Account& account) {
    const Purpose to_add{.intent = Intent::add_passkey};
    const SignIn enrolling{
        .id = SignInId(60),
        .version = 1,
        .state = SignInState::enrol,
        .account = account.id,
        .account_epoch = account.epoch,
        .email = account.email,
        .proof = Proof::passkey,
        .passkey = passkey().id,
        .proved_at = noon - 1min,
        .user_handle = account.user_handle,
        .intent = Intent::add_passkey,
        .expires_at = noon + 10min,
    };
    SignIn halfway = enrolling;
    halfway.state = SignInState::second;
    halfway.proof = Proof::email_code;
    PasskeyCreated created{.sign_in = enrolling, .account = account, .passkeys = {passkey()}};
    created.record.id = webauthn::CredentialId(bytes(16, 7));
    created.record.user_handle = account.user_handle;
    const CodeMatched matched{
        .code = code(),
        .email = account.email,
        .account = account,
        .passkeys = {passkey()},
        .recovery = Recovery::notify,
    };
    CodeMatched with_second = matched;
    with_second.steps = with_app();
    return {
        decide(
            SignInState::start,
            to_add,
            PasskeyAsserted{.passkey = passkey(), .account = account, .passkeys = {passkey()}},
            at(noon),
            fresh()
        ),
        decide(SignInState::identified, to_add, matched, at(noon), fresh()),
        decide(SignInState::identified, to_add, with_second, at(noon), fresh()),
        decide(
            SecondMatched{
                .sign_in = halfway,
                .by = SecondStep::authenticator_app,
                .account = account,
                .passkeys = {passkey()},
                .steps = with_app(),
                .recovery = Recovery::notify,
            },
            at(noon),
            fresh()
        ),
        decide(created, at(noon), fresh()),
    };
}

TEST_CASE("for 72 hours after \"this wasn't me\" no factor comes or goes, to the millisecond") {
    for (const auto& changes : {changes_in_settings, sign_ins_to_add}) {
        for (const auto& change : changes(frozen(limits::freeze_after_recovery - 1ms))) {
            CHECK(refusal(change) == frozen_by_owner);
        }
        for (const auto& change : changes(frozen(limits::freeze_after_recovery))) {
            CHECK(refusal(change) == std::nullopt);
        }
    }
}

TEST_CASE("signing in goes on while factors are frozen") {
    const PasskeyAsserted asserted{.passkey = passkey(), .account = frozen()};
    CHECK(decide(SignInState::start, {}, asserted, at(noon), fresh()).has_value());
}

// ---- the restoring proof

/// The passkey was suspended an hour ago; a code to the address was right two minutes ago.
PasskeyRestored restored() {
    PasskeyRestored event{
        .sign_in = half_proved(Intent::restore),
        .passkey = suspended(passkey()),
        .account = frozen(),
        .passkeys = {suspended(passkey()), passkey(2)},
        .sign_count = 0,
        .backup_state = true,
    };
    event.account->recovered_at = noon - 2h;
    return event;
}

Result<Decision> restore(const PasskeyRestored& event) {
    return decide(event, at(noon), fresh());
}

TEST_CASE("a code and the suspended passkey give it back, and end the recovery and all sessions") {
    const auto decision = restore(restored());
    REQUIRE(decision.has_value());
    CHECK(decision->next == SignInState::done);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == ada().epoch);
    CHECK(only<EndSessions>(*decision)->keep == std::nullopt);
    CHECK(only<RestorePasskey>(*decision)->passkey == passkey().id);
    CHECK(only<ChangeFactors>(*decision)->by == 1);
    CHECK(has<EndRecovery>(*decision));
    CHECK(has<EndHold>(*decision));
    CHECK(place_of<RestorePasskey>(*decision) < place_of<UsePasskey>(*decision));
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->account_epoch == ada().epoch + 1);
    CHECK(decision->session->recovered_at == std::nullopt);
    CHECK(decision->session->passkey == passkey().id);
    CHECK(logged(*decision) == std::vector{EventKind::passkey_restored, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_restored});
}

TEST_CASE("with a passkey that was left in place the owner ends the freeze, and no factor is added"
) {
    PasskeyRestored event = restored();
    event.passkey = passkey();
    event.passkeys = {passkey()};
    const auto decision = restore(event);
    REQUIRE(decision.has_value());
    CHECK(has<EndRecovery>(*decision));
    CHECK_FALSE(has<RestorePasskey>(*decision));
    CHECK_FALSE(has<ChangeFactors>(*decision));
}

TEST_CASE("T5: what the recovery made is no proof against it, also after its mark ended") {
    PasskeyRestored event = restored();
    event.passkey.recovered_at = noon - 2h;
    CHECK(refusal(restore(event)) == not_restorable);
    // The mark lasted when the owner said so.
    event.passkey.recovered_at = *event.account->frozen_at - limits::recovered_mark + 1ms;
    CHECK(refusal(restore(event)) == not_restorable);
    event.passkey.recovered_at = *event.account->frozen_at - limits::recovered_mark;
    CHECK(restore(event).has_value());
    // Or when it was suspended.
    event.account->frozen_at = std::nullopt;
    event.passkey.suspended_at = noon - 24h;
    event.passkey.recovered_at = noon - 24h - limits::recovered_mark + 1ms;
    CHECK(refusal(restore(event)) == not_restorable);
}

TEST_CASE("a passkey is given back for 30 days, to the millisecond") {
    PasskeyRestored event = restored();
    event.passkey.suspended_at = noon - limits::suspension + 1ms;
    CHECK(restore(event).has_value());
    event.passkey.suspended_at = noon - limits::suspension;
    CHECK(refusal(restore(event)) == not_restorable);
}

TEST_CASE("neither another's passkey, nor a second factor, nor a copy, nor one too many") {
    PasskeyRestored event = restored();
    event.passkey.account = AccountId(2);
    CHECK(refusal(restore(event)) == not_yours);
    event = restored();
    event.passkey.record.user_handle = webauthn::UserHandle(bytes(64, 0));
    CHECK(refusal(restore(event)) == not_yours);
    event = restored();
    event.passkey.purpose = CredentialPurpose::second_factor;
    CHECK(refusal(restore(event)) == second_step_only);
    event = restored();
    event.passkey = device_bound(event.passkey);
    event.passkey.record.sign_count = 5;
    event.sign_count = 5;
    CHECK(refusal(restore(event)) == counter_went_back);
    event.sign_count = 6;
    CHECK(restore(event).has_value());
    event = restored();
    for (std::size_t i = 0; i < limits::passkeys_per_account; ++i) {
        event.passkeys.push_back(passkey(static_cast<std::uint8_t>(10 + i)));
    }
    CHECK(refusal(restore(event)) == too_many_passkeys);
}

TEST_CASE("only after a code to the address, in a live sign-in of the account, in its epoch") {
    PasskeyRestored event = restored();
    event.sign_in.proof = Proof::upstream;
    CHECK(refusal(restore(event)) == not_in_this_state);
    for (const SignInState state :
         {SignInState::start, SignInState::identified, SignInState::enrol, SignInState::done}) {
        event = restored();
        event.sign_in.state = state;
        CHECK(refusal(restore(event)) == not_in_this_state);
    }
    event = restored();
    event.sign_in.expires_at = noon;
    CHECK(refusal(restore(event)) == expired);
    event = restored();
    event.account = std::nullopt;
    CHECK(refusal(restore(event)) == signed_out_everywhere);
    event = restored();
    event.account->epoch += 1;
    CHECK(refusal(restore(event)) == signed_out_everywhere);
}

TEST_CASE("who wants a passkey back gets no session by the code, whatever the account has") {
    const Purpose to_restore{.intent = Intent::restore};
    for (const auto& passkeys :
         {std::vector{passkey()}, std::vector{suspended(passkey())}, std::vector<Passkey>{}}) {
        const CodeMatched matched{
            .code = code(),
            .email = ada().email,
            .account = frozen(),
            .passkeys = passkeys,
            .recovery = Recovery::notify,
        };
        const auto decision =
            decide(SignInState::identified, to_restore, matched, at(noon), fresh());
        REQUIRE(decision.has_value());
        CHECK(decision->next == SignInState::second);
        CHECK_FALSE(has<OpenSession>(*decision));
        CHECK_FALSE(has<MarkRecovered>(*decision));
    }
    CodeMatched nobody{.code = code(), .email = address("new@example.com"), .may_sign_up = true};
    nobody.code.account = std::nullopt;
    CHECK(
        refusal(decide(SignInState::identified, to_restore, nobody, at(noon), fresh())) == not_yours
    );
}

TEST_CASE("the notices of a recovery carry the link that stops it") {
    const CodeMatched matched{
        .code = code(),
        .email = ada().email,
        .account = ada(),
        .passkeys = {passkey()},
        .recovery = Recovery::notify,
    };
    const auto decision = decide(SignInState::identified, {}, matched, at(noon), fresh());
    REQUIRE(decision.has_value());
    REQUIRE(decision->notices.size() == 1);
    const StopLink wanted{
        .account = ada().id, .epoch = ada().epoch, .until = noon + limits::stop_link_lifetime
    };
    CHECK(decision->notices[0].stop == wanted);
}

}  // namespace
}  // namespace latchkey::accounts
