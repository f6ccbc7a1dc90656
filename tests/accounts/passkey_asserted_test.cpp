// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/options.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// Continue with Passkey: an authentication ceremony verified.
namespace latchkey::accounts {
namespace {

using enum Refusal;
using enum SignInState;

PasskeyAsserted asserted(const Passkey& passkey, std::uint32_t sign_count = 0) {
    return {
        .passkey = passkey,
        .account = ada(),
        .sign_count = sign_count,
        .backup_state = true,
        .passkeys = {passkey},
    };
}

Passkey counting(Passkey passkey, std::uint32_t sign_count) {
    passkey.record.sign_count = sign_count;
    return passkey;
}

Result<Decision> sign_in_with(const PasskeyAsserted& event) {
    return decide(start, {.return_to = "/home"}, event, at(noon), fresh());
}

Result<Decision> add_with(
    const PasskeyAsserted& event, std::optional<PublicId> replaces = std::nullopt
) {
    const Purpose purpose{
        .intent = Intent::add_passkey, .replaces = std::move(replaces), .return_to = "/settings"
    };
    return decide(start, purpose, event, at(noon), fresh());
}

TEST_CASE("a passkey signs in: a session of full assurance, for 24 hours, in one commit") {
    const auto decision = sign_in_with(asserted(passkey()));
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(decision->return_to == "/home");
    REQUIRE(only<OpenSession>(*decision).has_value());
    const Session session = only<OpenSession>(*decision)->session;
    CHECK(decision->session == session);
    CHECK(session.id == fresh().session);
    CHECK(session.token_hash == fresh().session_token_hash);
    CHECK(session.account == ada().id);
    CHECK(session.account_epoch == ada().epoch);
    CHECK(session.assurance == Assurance::passkey);
    CHECK(session.authenticated_at == noon);
    CHECK(session.recovered_at == std::nullopt);
    CHECK(session.passkey == passkey().id);
    CHECK(session.browser == "Firefox on Linux");
    CHECK(session.expires_at == noon + 24h);
    CHECK(logged(*decision) == std::vector{EventKind::signed_in});
    CHECK(decision->notices.empty());
    CHECK_FALSE(decision->sign_in.has_value());
}

TEST_CASE("a session in a new browser is told, with where it is") {
    Circumstances unknown = at(noon);
    unknown.is_known_browser = false;
    const auto decision = decide(start, {}, asserted(passkey()), unknown, fresh());
    REQUIRE(decision.has_value());
    CHECK(told(*decision) == std::vector{NoticeKind::new_browser});
    CHECK(decision->notices.front().to == ada().email);
    CHECK(decision->notices.front().browser == "Firefox on Linux");
    CHECK(decision->signed_in_to == ada().email);
    // A sign-in that opens no session yet says nothing.
    const Purpose adding{.intent = Intent::add_passkey};
    const auto goes_on = decide(start, adding, asserted(passkey()), unknown, fresh());
    REQUIRE(goes_on.has_value());
    CHECK(told(*goes_on).empty());
    CHECK_FALSE(goes_on->signed_in_to.has_value());
}

TEST_CASE("a sign-in stops the deletion of the account, and that is told") {
    PasskeyAsserted event = asserted(passkey());
    event.account.deletes_at = noon + 24h;
    const auto decision = sign_in_with(event);
    REQUIRE(decision.has_value());
    CHECK(only<SetDeletion>(*decision)->from == noon + 24h);
    CHECK_FALSE(only<SetDeletion>(*decision)->to.has_value());
    CHECK(logged(*decision) == std::vector{EventKind::deletion_stopped, EventKind::signed_in});
    CHECK(told(*decision) == std::vector{NoticeKind::deletion_stopped});
}

TEST_CASE("mails go in the language of the pages at the last sign-in") {
    PasskeyAsserted event = asserted(passkey());
    Circumstances german = at(noon);
    german.language = "de";
    const auto first = decide(start, Purpose{}, event, german, fresh());
    REQUIRE(first.has_value());
    CHECK(only<SetLanguage>(*first)->language == "de");
    CHECK(only<SetLanguage>(*first)->account == event.account.id);

    event.account.language = "de";
    event.account.deletes_at = noon + 24h;  // something to tell
    const auto again = decide(start, Purpose{}, event, german, fresh());
    REQUIRE(again.has_value());
    CHECK_FALSE(only<SetLanguage>(*again).has_value());
    CHECK(again->notices.front().language == "de");
    // Where nobody sees pages there is no language to learn.
    CHECK_FALSE(only<SetLanguage>(*sign_in_with(event)).has_value());
}

TEST_CASE("the commit of a sign-in guards the passkey's counter and the account's epoch") {
    const auto decision = sign_in_with(asserted(counting(passkey(), 4), 9));
    REQUIRE(decision.has_value());
    const auto use = only<UsePasskey>(*decision);
    REQUIRE(use.has_value());
    CHECK(use->passkey == passkey().id);
    CHECK(use->from_sign_count == 4);
    CHECK(use->sign_count == 9);
    CHECK(use->backup_state);
    CHECK(use->at == noon);
    CHECK(use->used_on == "Firefox on Linux");
    const auto guard = only<RequireEpoch>(*decision);
    REQUIRE(guard.has_value());
    CHECK(guard->account == ada().id);
    CHECK(guard->epoch == ada().epoch);
}

TEST_CASE("a passkey is a proof after an address was given, too, but not where the table has no row"
) {
    CHECK(decide(identified, {}, asserted(passkey()), at(noon), fresh()).has_value());
    for (const SignInState state : {enrol, done}) {
        CHECK(
            refusal(decide(state, {}, asserted(passkey()), at(noon), fresh())) == not_in_this_state
        );
    }
}

TEST_CASE("a second factor never signs in alone, even if the platform made it discoverable") {
    CHECK(refusal(sign_in_with(asserted(second_factor(passkey())))) == second_step_only);
    CHECK(refusal(add_with(asserted(second_factor(passkey())))) == second_step_only);
}

TEST_CASE("a suspended passkey gives no session and adds nothing") {
    CHECK(refusal(sign_in_with(asserted(suspended(passkey())))) == credential_suspended);
    CHECK(refusal(add_with(asserted(suspended(passkey())))) == credential_suspended);
}

TEST_CASE("T18: a credential of another account, or with another user handle, is refused") {
    PasskeyAsserted event = asserted(passkey());
    event.passkey.account = AccountId(2);
    CHECK(refusal(sign_in_with(event)) == not_yours);
    event = asserted(passkey());
    event.passkey.record.user_handle = webauthn::UserHandle(bytes(64, 1));
    CHECK(refusal(sign_in_with(event)) == not_yours);
}

TEST_CASE("T20: a device-bound passkey whose counter does not rise is refused") {
    const Passkey key = device_bound(passkey());
    CHECK(refusal(sign_in_with(asserted(counting(key, 5), 5))) == counter_went_back);
    CHECK(refusal(sign_in_with(asserted(counting(key, 5), 4))) == counter_went_back);
    CHECK(refusal(sign_in_with(asserted(counting(key, 5), 0))) == counter_went_back);
    CHECK(refusal(add_with(asserted(counting(key, 5), 5))) == counter_went_back);
    CHECK(sign_in_with(asserted(counting(key, 5), 6)).has_value());
}

TEST_CASE("T20: what becomes of a counter that did not rise is the operator's rule") {
    using enum webauthn::CounterRule;
    const auto signs_in = [](webauthn::CounterRule rule, const Passkey& key) {
        PasskeyAsserted event = asserted(counting(key, 5), 5);
        event.counter_rule = rule;
        return sign_in_with(event).has_value();
    };
    const Passkey synced = passkey();
    const Passkey bound = device_bound(passkey());
    CHECK(signs_in(report, synced));
    CHECK(signs_in(report, bound));
    CHECK(signs_in(refuse_device_bound, synced));
    CHECK_FALSE(signs_in(refuse_device_bound, bound));
    CHECK_FALSE(signs_in(refuse, synced));
    CHECK_FALSE(signs_in(refuse, bound));
}

TEST_CASE("7.2 step 22: a counter that has always been zero says nothing") {
    const auto decision = sign_in_with(asserted(device_bound(passkey()), 0));
    REQUIRE(decision.has_value());
    CHECK(logged(*decision) == std::vector{EventKind::signed_in});
}

TEST_CASE("T20: a synced passkey whose counter went back signs in and is logged; the count stays") {
    const auto decision = sign_in_with(asserted(counting(passkey(), 5), 3));
    REQUIRE(decision.has_value());
    CHECK(logged(*decision) == std::vector{EventKind::counter_went_back, EventKind::signed_in});
    CHECK(only<UsePasskey>(*decision)->from_sign_count == 5);
    CHECK(only<UsePasskey>(*decision)->sign_count == 5);
}

TEST_CASE("T14: the session that the browser had ends when a new one opens") {
    Circumstances signed_in = at(noon);
    signed_in.current_session = SessionId(40);
    const auto decision = decide(start, {}, asserted(passkey()), signed_in, fresh());
    REQUIRE(decision.has_value());
    REQUIRE(only<EndSession>(*decision).has_value());
    CHECK(only<EndSession>(*decision)->session == SessionId(40));
    CHECK_FALSE(has<EndSession>(*sign_in_with(asserted(passkey()))));
}

TEST_CASE("a passkey made under a recovery signs in as recovered while the mark lasts") {
    Passkey made = passkey();
    made.recovered_at = noon - limits::recovered_mark + 1ms;
    auto decision = sign_in_with(asserted(made));
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::recovered);
    CHECK(decision->session->recovered_at == made.recovered_at);

    made.recovered_at = noon - limits::recovered_mark;
    decision = sign_in_with(asserted(made));
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->recovered_at == std::nullopt);
}

TEST_CASE("an older passkey stays an honest proof after a recovery, and the session tells of it") {
    PasskeyAsserted event = asserted(passkey());
    event.account.recovered_at = noon - 24h;
    auto decision = sign_in_with(event);
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::passkey);
    CHECK(decision->session->recovered_at == noon - 24h);

    event.account.recovered_at = noon - limits::recovered_mark;
    CHECK(sign_in_with(event)->session->recovered_at == std::nullopt);
}

TEST_CASE("to add a passkey, a passkey is the proof of a sign-in, and opens no session yet") {
    const auto decision = add_with(asserted(passkey()));
    REQUIRE(decision.has_value());
    CHECK(decision->next == enrol);
    CHECK_FALSE(has<OpenSession>(*decision));
    CHECK_FALSE(decision->session.has_value());
    REQUIRE(only<StartSignIn>(*decision).has_value());
    const SignIn sign_in = only<StartSignIn>(*decision)->sign_in;
    CHECK(decision->sign_in == sign_in);
    CHECK(sign_in.id == fresh().sign_in);
    CHECK(sign_in.token_hash == fresh().sign_in_token_hash);
    CHECK(sign_in.version == 1);
    CHECK(sign_in.state == enrol);
    CHECK(sign_in.account == ada().id);
    CHECK(sign_in.account_epoch == ada().epoch);
    CHECK(sign_in.email == ada().email);
    CHECK(sign_in.proof == Proof::passkey);
    CHECK(sign_in.passkey == passkey().id);
    CHECK_FALSE(sign_in.recovered);
    CHECK(sign_in.proved_at == noon);
    CHECK(sign_in.user_handle == ada().user_handle);
    CHECK(sign_in.intent == Intent::add_passkey);
    CHECK(sign_in.replaces == std::nullopt);
    CHECK(sign_in.return_to == "/settings");
    CHECK(sign_in.expires_at == noon + 15min);
    CHECK(has<UsePasskey>(*decision));
    CHECK(has<RequireEpoch>(*decision));
}

TEST_CASE("design.md 4.3: what a recovered passkey adds is recovered, too") {
    Passkey made = passkey();
    made.recovered_at = noon - 24h;
    CHECK(add_with(asserted(made))->sign_in->recovered);
    made.recovered_at = noon - limits::recovered_mark;
    CHECK_FALSE(add_with(asserted(made))->sign_in->recovered);
}

TEST_CASE("only a usable passkey of the same account can be replaced") {
    PasskeyAsserted event = asserted(passkey(1));
    event.passkeys = {passkey(1), passkey(2), suspended(passkey(3)), second_factor(passkey(4))};
    const auto decision = add_with(event, passkey(2).public_id);
    REQUIRE(decision.has_value());
    CHECK(decision->sign_in->replaces == passkey(2).public_id);
    CHECK(add_with(event, passkey(1).public_id).has_value());
    for (const PublicId& other :
         {passkey(3).public_id, passkey(4).public_id, PublicId("of-another-account")}) {
        CHECK(refusal(add_with(event, other)) == not_yours);
    }
}

TEST_CASE("an account with 20 usable passkeys can replace one, and not add one") {
    PasskeyAsserted event = asserted(passkey(1));
    for (std::uint8_t i = 2; i <= 19; ++i) {
        event.passkeys.push_back(passkey(i));
    }
    CHECK(add_with(event).has_value());
    event.passkeys.push_back(suspended(passkey(30)));
    CHECK(add_with(event).has_value());
    event.passkeys.push_back(passkey(20));
    CHECK(refusal(add_with(event)) == too_many_passkeys);
    CHECK(add_with(event, passkey(20).public_id).has_value());
}

TEST_CASE("an account with 60 credentials, suspended ones included, has no room for another") {
    PasskeyAsserted event = asserted(passkey(1));
    for (std::uint8_t i = 2; i <= 60; ++i) {
        event.passkeys.push_back(suspended(passkey(i)));
    }
    CHECK(refusal(add_with(event)) == too_many_passkeys);
    CHECK(refusal(add_with(event, passkey(1).public_id)) == too_many_passkeys);
    event.passkeys.pop_back();
    CHECK(add_with(event).has_value());
}

TEST_CASE("to confirm a change in Settings a passkey signs in anew") {
    const auto decision =
        decide(start, {.intent = Intent::confirm}, asserted(passkey()), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(decision->next == done);
    CHECK(decision->session->authenticated_at == noon);
}

}  // namespace
}  // namespace latchkey::accounts
