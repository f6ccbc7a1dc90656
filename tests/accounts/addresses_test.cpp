// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/addresses.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

using enum Refusal;

ProvedAddress proved_address(std::string_view text = "new@example.org") {
    return {.email = address(text), .begun_at = noon - 30s};
}

std::vector<std::string> told_to(const Decision& decision, NoticeKind kind) {
    std::vector<std::string> addresses;
    for (const Notice& notice : decision.notices) {
        if (notice.kind == kind) addresses.push_back(notice.to.text());
    }
    std::ranges::sort(addresses);
    return addresses;
}

using Addresses = std::vector<std::string>;

TEST_CASE("another address ends all that the old one opened, and every address is told") {
    Acting who = signed_in();
    who.account.second_email = address("second@example.net");
    const auto decision = change_email(who, proved_address(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<ChangeEmail>(*decision)->from == ada().email);
    CHECK(only<ChangeEmail>(*decision)->to == address("new@example.org"));
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == ada().epoch);
    CHECK(has<EndHold>(*decision));
    CHECK(only<OpenSession>(*decision)->session.id == fresh().session);
    CHECK(only<OpenSession>(*decision)->session.account_epoch == ada().epoch + 1);
    CHECK(only<RequireSession>(*decision)->session == who.session.id);
    CHECK(decision->signed_in_to == address("new@example.org"));
    CHECK(logged(*decision) == std::vector{EventKind::email_changed});
    CHECK(
        told_to(*decision, NoticeKind::email_changed) ==
        Addresses{"ada@example.com", "new@example.org", "second@example.net"}
    );
    CHECK(decision->notices.front().address == "n***@example.org");
}

TEST_CASE("who was told before can stop the change by a link; the new address cannot") {
    Acting who = signed_in();
    who.account.second_email = address("second@example.net");
    const auto decision = change_email(who, proved_address(), at(noon), fresh());
    REQUIRE(decision.has_value());
    const StopLink link{
        .account = ada().id,
        .epoch = ada().epoch + 1,
        .until = noon + 24h * 7,
        .address_before = ada().email,
    };
    for (const Notice& notice : decision->notices) {
        const bool is_new = notice.to == address("new@example.org");
        CHECK(notice.stop == (is_new ? std::nullopt : std::optional(link)));
    }
}

/// Signed in to the account after somebody changed its address.
Acting after_change() {
    Acting who = signed_in();
    who.account.email = address("eve@example.org");
    who.account.epoch += 1;
    who.session.account_epoch = who.account.epoch;
    return who;
}

StopLink link_back() {
    return {
        .account = ada().id,
        .epoch = ada().epoch + 1,
        .until = noon + 24h * 7,
        .address_before = ada().email,
    };
}

TEST_CASE("the link and a fresh proof give the address of before back, also while factors rest") {
    Acting who = after_change();
    who.account.frozen_at = noon - 1h;
    who.account.recovered_at = noon - 2h;
    const auto decision = take_address_back(link_back(), who, at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<ChangeEmail>(*decision)->from == address("eve@example.org"));
    CHECK(only<ChangeEmail>(*decision)->to == ada().email);
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == who.account.epoch);
    CHECK(only<RequireSession>(*decision)->session == who.session.id);
    CHECK(has<EndHold>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::email_changed});
    CHECK(
        told_to(*decision, NoticeKind::email_changed) ==
        Addresses{"ada@example.com", "eve@example.org"}
    );
    CHECK_FALSE(decision->notices.front().stop.has_value());
}

TEST_CASE("neither the link nor a session alone gives an address back (T5)") {
    const auto take = [](const StopLink& link, const Acting& who, TimePoint now = noon) {
        return refusal(take_address_back(link, who, at(now), fresh()));
    };
    CHECK_FALSE(take(link_back(), after_change()).has_value());

    Acting recovered = after_change();
    recovered.session.assurance = Assurance::recovered;
    CHECK(take(link_back(), recovered) == frozen_after_recovery);
    Acting gone = after_change();
    gone.account.epoch += 1;
    CHECK(take(link_back(), gone) == signed_out_everywhere);
    const Acting stale = after_change();
    CHECK(take(link_back(), stale, stale.session.authenticated_at + 5min) == proof_too_old);
    CHECK(take(link_back(), signed_in()) == address_taken);

    StopLink link = link_back();
    link.account = AccountId(ada().id.value() + 1);
    CHECK(take(link, after_change()) == not_yours);
    link = link_back();
    link.address_before.reset();
    CHECK(take(link, after_change()) == not_yours);
    link = link_back();
    link.until = noon + 1ms;
    CHECK_FALSE(take(link, after_change()).has_value());
    link.until = noon;
    CHECK(take(link, after_change()) == expired);
}

TEST_CASE("a second address that becomes the first one is no second one any more, and told once") {
    Acting who = signed_in();
    who.account.second_email = address("new@example.org");
    const auto decision = change_email(who, proved_address("New@Example.org"), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<SetSecondEmail>(*decision)->from == address("new@example.org"));
    CHECK_FALSE(only<SetSecondEmail>(*decision)->to.has_value());
    CHECK(decision->notices.size() == 2);
}

TEST_CASE("a second address is set and removed, each told to it too, and opens nothing") {
    Acting who = signed_in();
    const auto set = set_second_email(who, proved_address(), at(noon), fresh());
    REQUIRE(set.has_value());
    CHECK(only<SetSecondEmail>(*set)->to == address("new@example.org"));
    CHECK_FALSE(only<SetSecondEmail>(*set)->from.has_value());
    CHECK_FALSE(has<RaiseEpoch>(*set));
    CHECK(logged(*set) == std::vector{EventKind::second_email_set});
    CHECK(told_to(*set, NoticeKind::second_email_set) == Addresses{"ada@example.com"});

    who.account.second_email = address("new@example.org");
    const auto removed = remove_second_email(who, at(noon), fresh());
    REQUIRE(removed.has_value());
    CHECK(only<SetSecondEmail>(*removed)->from == address("new@example.org"));
    CHECK_FALSE(only<SetSecondEmail>(*removed)->to.has_value());
    CHECK(
        told_to(*removed, NoticeKind::second_email_removed) ==
        Addresses{"ada@example.com", "new@example.org"}
    );
    CHECK(refusal(remove_second_email(signed_in(), at(noon), fresh())) == not_yours);
}

TEST_CASE("a second address is told of a recovery and of a wait too, with the link that stops it") {
    Account account = ada();
    account.second_email = address("second@example.net");
    const CodeMatched matched{
        .code = code(),
        .email = account.email,
        .account = account,
        .passkeys = {passkey()},
        .recovery = Recovery::notify,
    };
    const auto recovered = decide(SignInState::identified, {}, matched, at(noon), fresh());
    REQUIRE(recovered.has_value());
    const Decision granted = grant_recovery(account, at(noon), fresh());
    const Addresses both{"ada@example.com", "second@example.net"};
    CHECK(told_to(*recovered, NoticeKind::signed_in_recovered) == both);
    CHECK(told_to(granted, NoticeKind::recovery_granted) == both);
    for (const Decision& decision : {*recovered, granted}) {
        for (const Notice& notice : decision.notices) {
            CHECK(notice.stop.has_value());
        }
    }
}

using AddressChange =
    std::function<Result<Decision>(const Acting&, const ProvedAddress&, TimePoint)>;

std::vector<AddressChange> changes() {
    return {
        [](const Acting& who, const ProvedAddress& proof, TimePoint now) {
            return change_email(who, proof, at(now), fresh());
        },
        [](const Acting& who, const ProvedAddress& proof, TimePoint now) {
            return set_second_email(who, proof, at(now), fresh());
        },
    };
}

TEST_CASE("a change stands on a proof that was fresh when it was begun, ten minutes ago at most") {
    for (const AddressChange& change : changes()) {
        const Acting who = signed_in();
        const TimePoint proof = who.session.authenticated_at;
        ProvedAddress begun = proved_address();
        begun.begun_at = proof + 5min - 1ms;
        CHECK_FALSE(refusal(change(who, begun, begun.begun_at + 10min - 1ms)).has_value());
        CHECK(refusal(change(who, begun, begun.begun_at + 10min)) == expired);
        begun.begun_at = proof + 5min;
        CHECK(refusal(change(who, begun, begun.begun_at)) == proof_too_old);
    }
}

TEST_CASE("a change that was begun dies with a recovery and with the session (T31)") {
    for (const AddressChange& change : changes()) {
        Acting recovered = signed_in();
        recovered.account.recovered_at = noon - 72h + 1ms;
        CHECK(refusal(change(recovered, proved_address(), noon)) == frozen_after_recovery);
        recovered.account.recovered_at = noon - 72h;
        CHECK_FALSE(refusal(change(recovered, proved_address(), noon)).has_value());
        recovered.session.assurance = Assurance::recovered;
        CHECK(refusal(change(recovered, proved_address(), noon)) == frozen_after_recovery);
        Acting gone = signed_in();
        gone.account.epoch += 1;
        CHECK(refusal(change(gone, proved_address(), noon)) == signed_out_everywhere);
    }
}

TEST_CASE("no address changes while factors rest after \"this wasn't me\"") {
    Acting who = signed_in();
    who.account.second_email = address("second@example.net");
    who.account.frozen_at = noon - 72h + 1ms;
    for (const AddressChange& change : changes()) {
        CHECK(refusal(change(who, proved_address(), noon)) == frozen_by_owner);
    }
    CHECK(refusal(remove_second_email(who, at(noon), fresh())) == frozen_by_owner);
    who.account.frozen_at = noon - 72h;
    for (const AddressChange& change : changes()) {
        CHECK_FALSE(refusal(change(who, proved_address(), noon)).has_value());
    }
    CHECK_FALSE(refusal(remove_second_email(who, at(noon), fresh())).has_value());
}

TEST_CASE("the account's own address is no other one, however it is written") {
    for (const AddressChange& change : changes()) {
        CHECK(
            refusal(change(signed_in(), proved_address("ADA@example.com"), noon)) == address_taken
        );
    }
    const auto may_begin = [](const Acting& who, std::string_view text) {
        return check_new_address(who, address(text), noon);
    };
    CHECK(may_begin(signed_in(), "ADA@example.com").error() == address_taken);
    CHECK(may_begin(signed_in(), "new@example.org").has_value());
    Acting frozen = signed_in();
    frozen.account.frozen_at = noon - 1h;
    CHECK(may_begin(frozen, "new@example.org").error() == frozen_by_owner);
}

TEST_CASE("removing the second address needs a fresh proof that was no recovery") {
    Acting who = signed_in();
    who.account.second_email = address("new@example.org");
    const TimePoint late = who.session.authenticated_at + 5min;
    CHECK(refusal(remove_second_email(who, at(late), fresh())) == proof_too_old);
    who.account.recovered_at = noon - 1h;
    CHECK(refusal(remove_second_email(who, at(noon), fresh())) == frozen_after_recovery);
}

}  // namespace
}  // namespace latchkey::accounts
