// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/options.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// This device's biometrics: a credential of a purpose of its own.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using namespace std::chrono_literals;

/// Ada proved her address, and her laptop answered.
SecondMatched used(const Passkey& credential, Intent intent = Intent::sign_in) {
    return {
        .sign_in = half_proved(intent),
        .by = SecondStep::biometrics,
        .account = ada(),
        .passkeys = {passkey(), laptop()},
        .biometrics = BiometricsUse{.credential = credential, .sign_count = 6},
    };
}

TEST_CASE("After a first proof they end the sign-in in two steps, and the counter is written") {
    const auto decision = decide_now(used(laptop()));
    REQUIRE(decision.has_value());
    CHECK(decision->next == SignInState::done);
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->passkey == std::nullopt);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    const auto use = only<UsePasskey>(*decision);
    REQUIRE(use.has_value());
    CHECK(use->passkey == laptop().id);
    CHECK(use->from_sign_count == 5);
    CHECK(use->sign_count == 6);
    CHECK(only<EndHold>(*decision)->started_at == std::nullopt);
    CHECK_FALSE(has<MarkRecovered>(*decision));
    CHECK(decision->notices.empty());
}

TEST_CASE("T17: neither a passkey nor another's credential takes the second step") {
    CHECK(refusal(decide_now(used(passkey()))) == not_yours);
    Passkey of_eve = laptop();
    of_eve.account = AccountId(2);
    CHECK(refusal(decide_now(used(of_eve))) == not_yours);
    Passkey other_handle = laptop();
    other_handle.record.user_handle = webauthn::UserHandle(bytes(64, 0xee));
    CHECK(refusal(decide_now(used(other_handle))) == not_yours);
    CHECK(refusal(decide_now(used(suspended(laptop())))) == not_yours);
}

TEST_CASE("T17: the word alone is no use of it, and a use is for nothing else") {
    SecondMatched event = used(laptop());
    event.biometrics = std::nullopt;
    CHECK(refusal(decide_now(event)) == proof_withdrawn);
    for (const SecondStep by :
         {SecondStep::authenticator_app, SecondStep::text_message, SecondStep::recovery_code}) {
        event = used(laptop());
        event.by = by;
        event.steps = with_app();
        event.steps.phone = phone();
        CHECK(refusal(decide_now(event)) == proof_withdrawn);
    }
}

TEST_CASE("T20: a counter that does not rise is a copy, and is refused") {
    SecondMatched event = used(laptop());
    event.biometrics->sign_count = 5;
    CHECK(refusal(decide_now(event)) == counter_went_back);
    event.biometrics->counter_rule = webauthn::CounterRule::report;
    const auto reported = decide_now(event);
    REQUIRE(reported.has_value());
    CHECK(logged(*reported) == std::vector{EventKind::counter_went_back, EventKind::signed_in});
}

TEST_CASE("T17: a second factor never signs in alone, for whatever purpose") {
    for (const Intent intent :
         {Intent::sign_in, Intent::add_passkey, Intent::confirm, Intent::add_second_step}) {
        const PasskeyAsserted event{
            .passkey = laptop(),
            .account = ada(),
            .sign_count = 6,
            .passkeys = {passkey(), laptop()},
        };
        const auto decided =
            decide(SignInState::start, {.intent = intent}, event, at(noon), fresh());
        CHECK(refusal(decided) == second_step_only);
    }
}

/// The last step of a sign-in that turns on another device's.
BiometricsCreated created(SignIn sign_in) {
    BiometricsCreated event{
        .sign_in = std::move(sign_in),
        .account = ada(),
        .passkeys = {passkey()},
        .recovery_codes = {Hash{}},
    };
    event.sign_in.state = SignInState::enrol;
    event.record.id = webauthn::CredentialId(bytes(16, 77));
    event.record.user_handle = event.sign_in.user_handle;
    return event;
}

/// Ada's sign-in by her passkey, to add a second step.
SignIn proved_by_passkey() {
    SignIn sign_in = half_proved(Intent::add_second_step);
    sign_in.proof = Proof::passkey;
    sign_in.passkey = passkey().id;
    return sign_in;
}

TEST_CASE("A passkey's sign-in adds them: a factor more, the first codes, logged and told") {
    const auto decision = decide(created(proved_by_passkey()), at(noon), fresh());
    REQUIRE(decision.has_value());
    const auto added = only<AddPasskey>(*decision);
    REQUIRE(added.has_value());
    CHECK(added->passkey.purpose == CredentialPurpose::second_factor);
    CHECK(added->passkey.account == ada().id);
    CHECK(only<ChangeFactors>(*decision)->by == 1);
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<SetRecoveryCodes>(*decision)->macs.size() == 1);
    CHECK(only<FinishSignIn>(*decision)->sign_in == SignInId(60));
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->passkey == passkey().id);
    CHECK(told(*decision) == std::vector{NoticeKind::biometrics_added});
    CHECK(decision->notices.front().passkey == "Firefox on Linux");
    CHECK(
        logged(*decision) ==
        std::vector{
            EventKind::biometrics_added, EventKind::recovery_codes_made, EventKind::signed_in
        }
    );
}

TEST_CASE("A second method brings no codes; two steps add it, and no less") {
    const SignIn sign_in = half_proved(Intent::add_second_step);
    BiometricsCreated event = created(sign_in);
    event.steps = with_app();
    CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);  // T4: one step alone
    event.sign_in.second = SecondStep::authenticator_app;
    const auto added = decide(event, at(noon), fresh());
    REQUIRE(added.has_value());
    CHECK_FALSE(has<SetRecoveryCodes>(*added));
    CHECK(added->session->assurance == Assurance::two_steps);
    event.steps = {};  // the app was turned off meanwhile
    CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);
    // The device that was the second step, too.
    event.sign_in.second = SecondStep::biometrics;
    event.sign_in.passkey = laptop().id;
    event.passkeys = {passkey(), laptop()};
    CHECK(decide(event, at(noon), fresh()).has_value());
    event.passkeys = {passkey(), laptop(5)};
    CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);
}

TEST_CASE("T3, T17: nothing is added by a sign-in that was for something else") {
    for (const Intent intent :
         {Intent::sign_in, Intent::add_passkey, Intent::confirm, Intent::restore}) {
        SignIn sign_in = proved_by_passkey();
        sign_in.intent = intent;
        CHECK(refusal(decide(created(sign_in), at(noon), fresh())) == not_in_this_state);
    }
    // And a sign-in for the second step makes no passkey.
    SignIn sign_in = proved_by_passkey();
    sign_in.state = SignInState::enrol;
    PasskeyCreated event{.sign_in = sign_in, .account = ada(), .passkeys = {passkey()}};
    event.record.id = webauthn::CredentialId(bytes(16, 77));
    event.record.user_handle = ada().user_handle;
    CHECK(refusal(decide(event, at(noon), fresh())) == not_in_this_state);
}

TEST_CASE("4.3: no recovery adds them, nor does anything for 72 hours after one") {
    SignIn recovered = proved_by_passkey();
    recovered.recovered = true;
    CHECK(refusal(decide(created(recovered), at(noon), fresh())) == frozen_after_recovery);
    BiometricsCreated soon = created(proved_by_passkey());
    soon.account->recovered_at = noon - 71h;
    CHECK(refusal(decide(soon, at(noon), fresh())) == frozen_after_recovery);
    soon.account->recovered_at = noon - 72h;
    CHECK(decide(soon, at(noon), fresh()).has_value());
    BiometricsCreated frozen = created(proved_by_passkey());
    frozen.account->frozen_at = noon - 1h;
    CHECK(refusal(decide(frozen, at(noon), fresh())) == frozen_by_owner);
}

TEST_CASE("4.3: who recovers while adding a second step gets in, marked, and adds nothing") {
    SecondMatched event = used(laptop(), Intent::add_second_step);
    event.biometrics = std::nullopt;
    event.by = SecondStep::recovery_code;
    const auto decision = decide_now(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK_FALSE(has<StartSignIn>(*decision));
    // By the device itself, it goes on, and rests on this device from there.
    const auto enrolling = decide_now(used(laptop(), Intent::add_second_step));
    REQUIRE(enrolling.has_value());
    CHECK(enrolling->next == SignInState::enrol);
    CHECK(enrolling->sign_in->second == SecondStep::biometrics);
    CHECK(enrolling->sign_in->passkey == laptop().id);
}

TEST_CASE("A new person secures the account with them instead of a passkey") {
    SignIn sign_in = half_proved();
    sign_in.account = std::nullopt;
    BiometricsCreated event = created(sign_in);
    event.account = std::nullopt;
    event.passkeys = {};
    const auto decision = decide(event, at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<CreateAccount>(*decision)->account.factors == 1);
    CHECK(only<AddPasskey>(*decision)->passkey.purpose == CredentialPurpose::second_factor);
    CHECK(only<SetRecoveryCodes>(*decision)->macs.size() == 1);
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(told(*decision) == std::vector{NoticeKind::biometrics_added});
    event.sign_in.expires_at = noon;
    CHECK(refusal(decide(event, at(noon), fresh())) == expired);
}

TEST_CASE("T18, T19: not for another handle, not twice, and not for more devices than ten") {
    BiometricsCreated event = created(proved_by_passkey());
    event.record.user_handle = webauthn::UserHandle(bytes(64, 0xee));
    CHECK(refusal(decide(event, at(noon), fresh())) == not_yours);
    event = created(proved_by_passkey());
    event.record.id = passkey().record.id;
    CHECK(refusal(decide(event, at(noon), fresh())) == already_registered);
    event = created(proved_by_passkey());
    for (std::uint8_t number = 10; number < 20; ++number) {
        event.passkeys.push_back(laptop(number));
    }
    CHECK(refusal(decide(event, at(noon), fresh())) == too_many_passkeys);
    event.account->epoch += 1;
    CHECK(refusal(decide(event, at(noon), fresh())) == signed_out_everywhere);
}

Acting acting_with(std::vector<Passkey> passkeys) {
    Account account = ada();
    account.factors = static_cast<std::uint32_t>(passkeys.size());
    return {
        .account = account,
        .session = session(passkey()),
        .passkeys = std::move(passkeys),
        .steps = {.recovery_codes = 10},
    };
}

Result<Decision> turn_off_laptop(const Acting& who) {
    return turn_off_biometrics(who, laptop().public_id, at(noon), fresh());
}

TEST_CASE("A device's go by a fresh proof; with the last of them, the codes") {
    const auto off = turn_off_laptop(acting_with({passkey(), laptop()}));
    REQUIRE(off.has_value());
    CHECK(only<RemovePasskey>(*off)->passkey == laptop().id);
    CHECK(only<ChangeFactors>(*off)->by == -1);
    CHECK(only<SetRecoveryCodes>(*off)->macs.empty());
    CHECK(only<EndSessions>(*off).has_value());
    CHECK(told(*off) == std::vector{NoticeKind::biometrics_removed});
    CHECK(logged(*off) == std::vector{EventKind::biometrics_removed});
    const auto one_of_two = turn_off_laptop(acting_with({passkey(), laptop(), laptop(5)}));
    REQUIRE(one_of_two.has_value());
    CHECK_FALSE(has<SetRecoveryCodes>(*one_of_two));
    Acting old = acting_with({passkey(), laptop()});
    old.session.authenticated_at = noon - limits::step_up_lifetime;
    CHECK(refusal(turn_off_laptop(old)) == proof_too_old);
    Acting recovered = acting_with({passkey(), laptop()});
    recovered.account.recovered_at = noon - 71h;
    CHECK(refusal(turn_off_laptop(recovered)) == frozen_after_recovery);
}

TEST_CASE("I1, T17: not the last factor, and no passkey by this door") {
    CHECK(refusal(turn_off_laptop(acting_with({laptop()}))) == last_factor);
    CHECK(refusal(turn_off_laptop(acting_with({passkey(), passkey(4)}))) == not_yours);
    CHECK(refusal(turn_off_laptop(acting_with({passkey(), laptop(5)}))) == not_yours);
}

TEST_CASE("Any session chooses what is asked for first, of the methods that are there") {
    const auto prefer = [](const Acting& who, SecondStep second) {
        return prefer_second_step(who, second, at(noon), fresh());
    };
    Acting who = acting_with({passkey(), laptop()});
    who.session.authenticated_at = noon - 23h;
    who.session.last_seen_at = noon - 1min;
    const auto chosen = prefer(who, SecondStep::biometrics);
    REQUIRE(chosen.has_value());
    CHECK(only<PreferSecondStep>(*chosen)->second == SecondStep::biometrics);
    CHECK(only<RequireSession>(*chosen)->session == who.session.id);
    for (const SecondStep second :
         {SecondStep::authenticator_app,
          SecondStep::text_message,
          SecondStep::recovery_code,
          SecondStep::waited}) {
        CHECK(refusal(prefer(who, second)) == not_yours);
    }
    CHECK(refusal(prefer(acting_with({passkey()}), SecondStep::biometrics)) == not_yours);
    who.steps = with_app();
    CHECK(prefer(who, SecondStep::authenticator_app).has_value());
}

TEST_CASE("The operator takes them away with the other methods, told once; not the last factor") {
    Account account = ada();
    account.factors = 4;
    const auto reset =
        reset_second_step(account, {passkey(), laptop(), laptop(5)}, with_app(), at(noon), fresh());
    REQUIRE(reset.has_value());
    CHECK(all_of<RemovePasskey>(*reset).size() == 2);
    CHECK(has<RemoveAuthenticatorApp>(*reset));
    const auto counted = all_of<ChangeFactors>(*reset);
    REQUIRE(counted.size() == 3);
    CHECK(counted.back().from_version == account.version + 2);
    CHECK(told(*reset) == std::vector{NoticeKind::app_removed, NoticeKind::biometrics_removed});
    account.factors = 3;
    CHECK(
        refusal(reset_second_step(account, {laptop(), laptop(5)}, with_app(), at(noon), fresh())) ==
        last_factor
    );
}

}  // namespace
}  // namespace latchkey::accounts
