// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/passkeys.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Ada, signed in a minute ago by her passkey 1, with as many active passkeys as are usable.
Acting acting(std::vector<Passkey> passkeys) {
    Acting who{.account = ada(), .session = session(passkey(1)), .passkeys = std::move(passkeys)};
    who.account.factors = static_cast<std::uint32_t>(
        std::ranges::count(who.passkeys, CredentialStatus::active, &Passkey::status)
    );
    return who;
}

Acting with_two() {
    return acting({passkey(1), passkey(2)});
}

Result<Decision> remove_2(const Acting& who) {
    return remove_passkey(who, passkey(2).public_id, at(noon), fresh());
}

TEST_CASE("a proof is fresh for five minutes, and not if it lies in the future") {
    Session acting = session(passkey());
    acting.authenticated_at = noon - 5min + 1ms;
    CHECK(is_fresh(acting, noon));
    acting.authenticated_at = noon - 5min;
    CHECK_FALSE(is_fresh(acting, noon));
    acting.authenticated_at = noon + 60s;
    CHECK(is_fresh(acting, noon));
    acting.authenticated_at = noon + 60s + 1ms;
    CHECK_FALSE(is_fresh(acting, noon));
}

TEST_CASE("removing a passkey is guarded by session, epoch and version, logged and told") {
    const auto decision = remove_2(with_two());
    REQUIRE(decision.has_value());
    CHECK(only<RequireSession>(*decision)->session == SessionId(50));
    CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
    REQUIRE(only<ChangeFactors>(*decision).has_value());
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<ChangeFactors>(*decision)->by == -1);
    REQUIRE(only<RemovePasskey>(*decision).has_value());
    CHECK(only<RemovePasskey>(*decision)->account == ada().id);
    CHECK(only<RemovePasskey>(*decision)->passkey == passkey(2).id);
    CHECK(logged(*decision) == std::vector{EventKind::passkey_removed});
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_removed});
    CHECK(decision->notices.front().passkey == "Passkey 2");
}

TEST_CASE("T14: the acting session goes on under a new id, with its proof and its end as they were"
) {
    const Acting who = with_two();
    const auto decision = remove_2(who);
    CHECK(only<EndSession>(*decision)->session == who.session.id);
    REQUIRE(only<OpenSession>(*decision).has_value());
    const Session next = only<OpenSession>(*decision)->session;
    CHECK(decision->session == next);
    Session expected = who.session;
    expected.id = fresh().session;
    expected.token_hash = fresh().session_token_hash;
    expected.last_seen_at = noon;
    CHECK(next == expected);
    CHECK(place_of<RequireSession>(*decision) < place_of<EndSession>(*decision));
    CHECK(place_of<RemovePasskey>(*decision) < place_of<OpenSession>(*decision));
}

TEST_CASE("a person may remove the passkey that signed in, and stays signed in") {
    const auto decision = remove_passkey(with_two(), passkey(1).public_id, at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<RemovePasskey>(*decision)->passkey == passkey(1).id);
    CHECK(decision->session.has_value());
}

TEST_CASE("removing needs a proof younger than five minutes") {
    Acting who = with_two();
    who.session.authenticated_at = noon - 5min;
    CHECK(refusal(remove_2(who)) == proof_too_old);
}

TEST_CASE(
    "a proof is asked for only if it would help: the last passkey and a foreign one come first"
) {
    Acting who = acting({passkey(2)});
    who.session.authenticated_at = noon - 5min;
    CHECK(refusal(remove_2(who)) == last_factor);
    who = acting({passkey(1), passkey(3)});
    who.session.authenticated_at = noon - 5min;
    CHECK(refusal(remove_2(who)) == not_yours);
}

TEST_CASE("a session that is over, or from before 'sign out everywhere', changes nothing") {
    Acting who = with_two();
    who.session.expires_at = noon;
    CHECK(refusal(remove_2(who)) == expired);
    CHECK(refusal(rename_passkey(who, passkey(2).public_id, "x", at(noon), fresh())) == expired);
    who = with_two();
    who.account.epoch += 1;
    CHECK(refusal(remove_2(who)) == signed_out_everywhere);
    who = with_two();
    who.session.account = AccountId(2);
    CHECK(refusal(remove_2(who)) == signed_out_everywhere);
}

TEST_CASE("I1: the last usable passkey cannot be removed, whatever else the account holds") {
    Acting who = acting({passkey(2), suspended(passkey(3))});
    CHECK(refusal(remove_2(who)) == last_factor);
    who = with_two();
    who.account.factors = 1;
    CHECK(refusal(remove_2(who)) == last_factor);
}

TEST_CASE("I1: the last passkey can go where a second step stays, of whichever kind") {
    const Acting with_device = acting({passkey(2), second_factor(passkey(4))});
    CHECK(only<ChangeFactors>(remove_2(with_device).value())->by == -1);
    Acting with_phone = acting({passkey(2)});
    with_phone.steps.phone = phone();
    with_phone.account.factors = 2;
    CHECK(only<ChangeFactors>(remove_2(with_phone).value())->by == -1);
    Acting who = acting({passkey(2)});
    who.steps = with_app();
    who.account.factors = 2;
    CHECK(only<ChangeFactors>(remove_2(who).value())->by == -1);
}

TEST_CASE("only a usable passkey of the account can be removed") {
    const Acting who = acting({passkey(1), passkey(3), suspended(passkey(2))});
    CHECK(refusal(remove_2(who)) == not_yours);
    CHECK(
        refusal(remove_passkey(who, PublicId("of-another-account"), at(noon), fresh())) == not_yours
    );
    CHECK(
        refusal(remove_2(acting({passkey(1), passkey(3), second_factor(passkey(2))}))) == not_yours
    );
}

TEST_CASE("design.md 4.3: a recovered session suspends, for as long as its mark lasts") {
    Acting who = with_two();
    who.session.assurance = Assurance::recovered;
    who.session.recovered_at = noon - limits::recovered_mark + 1ms;
    const auto decision = remove_2(who);
    REQUIRE(decision.has_value());
    CHECK_FALSE(has<RemovePasskey>(*decision));
    REQUIRE(only<SuspendPasskey>(*decision).has_value());
    CHECK(only<SuspendPasskey>(*decision)->passkey == passkey(2).id);
    CHECK(only<SuspendPasskey>(*decision)->at == noon);
    CHECK(only<ChangeFactors>(*decision)->by == -1);
    CHECK(logged(*decision) == std::vector{EventKind::passkey_suspended});
    CHECK(told(*decision) == std::vector{NoticeKind::passkey_suspended});

    who.session.recovered_at = noon - limits::recovered_mark;
    CHECK(has<RemovePasskey>(*remove_2(who)));
}

TEST_CASE("after a recovery an older passkey still removes for good: the owner throws the thief out"
) {
    Acting who = with_two();
    who.account.recovered_at = noon - 1h;
    who.session.recovered_at = noon - 1h;
    CHECK(has<RemovePasskey>(*remove_2(who)));
}

TEST_CASE("T5: a session of a passkey younger than 24 h suspends") {
    Acting who = with_two();
    who.passkeys[0].created_at = noon - 24h + 1ms;
    CHECK(has<SuspendPasskey>(*remove_2(who)));
    who.passkeys[0].created_at = noon - 24h;
    CHECK(has<RemovePasskey>(*remove_2(who)));
}

TEST_CASE("T5: a session suspends once its own passkey is gone or suspended, or if it had none") {
    Acting who = acting({passkey(2), passkey(3)});
    CHECK(has<SuspendPasskey>(*remove_2(who)));
    who = acting({suspended(passkey(1)), passkey(2), passkey(3)});
    CHECK(has<SuspendPasskey>(*remove_2(who)));
    who = acting({passkey(1), passkey(2)});
    who.session.passkey = std::nullopt;
    CHECK(has<SuspendPasskey>(*remove_2(who)));
}

TEST_CASE("a passkey is renamed under the same guards, logged, and nobody is mailed") {
    const auto decision =
        rename_passkey(with_two(), passkey(2).public_id, "  Work phone ", at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<RenamePasskey>(*decision)->account == ada().id);
    CHECK(only<RenamePasskey>(*decision)->passkey == passkey(2).id);
    CHECK(only<RenamePasskey>(*decision)->name == "Work phone");
    CHECK(has<RequireSession>(*decision));
    CHECK(has<RequireEpoch>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::passkey_renamed});
    CHECK(decision->notices.empty());
    CHECK_FALSE(decision->session.has_value());
}

TEST_CASE("only a passkey of the account can be renamed, and only to an allowed name") {
    const Acting who = with_two();
    CHECK(refusal(rename_passkey(who, PublicId("other"), "x", at(noon), fresh())) == not_yours);
    CHECK(
        refusal(rename_passkey(who, passkey(2).public_id, "a\nb", at(noon), fresh())) ==
        name_not_allowed
    );
}

TEST_CASE("a name has at most 64 characters, of any script, without white space around it") {
    CHECK(parse_passkey_name("") == "");
    CHECK(parse_passkey_name(" \t ") == "");
    CHECK(parse_passkey_name(" Ada's phone\n") == "Ada's phone");
    CHECK(parse_passkey_name("T\xc3\xa9l\xc3\xa9phone \xf0\x9f\x93\xb1").has_value());
    std::string name;
    for (int i = 0; i < 64; ++i) {
        name += "\xf0\x9f\x98\x80";
    }
    CHECK(parse_passkey_name(name) == name);
    CHECK(parse_passkey_name(name + "a") == std::nullopt);
    CHECK(parse_passkey_name(std::string(65, 'a')) == std::nullopt);
    CHECK(parse_passkey_name(std::string(1'000'000, 'a')) == std::nullopt);
}

TEST_CASE("a name holds nothing that could pose as other text") {
    for (const char* text :
         {"a\x01"
          "b",
          "a\nb",
          "a\x7f",
          "a\xc2\x85"
          "b",
          "\xe2\x80\xae"
          "gpj.exe",
          "a\xe2\x81\xa6"
          "b",
          "a\xe2\x80\x8f"
          "b",
          "a\xd8\x9c"
          "b",
          "a\xe2\x80\xa8"
          "b",
          "\xff"}) {
        CHECK(parse_passkey_name(text) == std::nullopt);
    }
    CHECK(parse_passkey_name(std::string("a\0b", 3)) == std::nullopt);
}

TEST_CASE("property: a name that is accepted is accepted again as it is") {
    CHECK(rc::check("names", [](const std::string& text) {
        const auto name = parse_passkey_name(text);
        RC_CLASSIFY(name.has_value(), "accepted");
        if (name) RC_ASSERT(parse_passkey_name(*name) == name);
    }));
}

TEST_CASE("4.3: a suspended passkey is deleted as it was suspended, and that is in the log") {
    Passkey gone = passkey();
    gone.status = CredentialStatus::suspended;
    gone.suspended_at = noon - limits::suspension;
    const Decision decision = delete_suspended(gone, at(noon), fresh());
    const auto change = only<DeleteSuspendedPasskey>(decision);
    REQUIRE(change.has_value());
    CHECK(change->account == ada().id);
    CHECK(change->passkey == gone.id);
    CHECK(change->suspended_at == *gone.suspended_at);
    CHECK(logged(decision) == std::vector{EventKind::passkey_removed});
    CHECK(told(decision).empty());
}

}  // namespace
}  // namespace latchkey::accounts
