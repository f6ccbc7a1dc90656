// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/two_step.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <functional>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

using enum Refusal;

Acting who_has_app() {
    Acting who = signed_in();
    who.steps = with_app();
    who.account.factors = 2;
    return who;
}

Result<Decision> turn_on(const Acting& who) {
    return turn_on_app(who, app(), {Hash{}, Hash{}}, at(noon), fresh());
}

Result<Decision> turn_off(const Acting& who) {
    return turn_off_app(who, at(noon), fresh());
}

Result<Decision> new_codes(const Acting& who) {
    return make_recovery_codes(who, {Hash{}}, at(noon), fresh());
}

/// Each change with somebody who may make it.
struct Possible {
    Acting who;
    std::function<Result<Decision>(const Acting&)> change;
};

std::vector<Possible> all_changes() {
    return {{signed_in(), turn_on}, {who_has_app(), turn_off}, {who_has_app(), new_codes}};
}

TEST_CASE("turning on adds a factor, the app and its codes, told and logged, in one commit") {
    const auto decision = turn_on(signed_in());
    REQUIRE(decision.has_value());
    CHECK(only<ChangeFactors>(*decision)->by == 1);
    CHECK(only<ChangeFactors>(*decision)->from_version == ada().version);
    CHECK(only<AddAuthenticatorApp>(*decision)->app == app());
    CHECK(only<SetRecoveryCodes>(*decision)->macs.size() == 2);
    CHECK(logged(*decision) == std::vector{EventKind::app_added, EventKind::recovery_codes_made});
    CHECK(told(*decision) == std::vector{NoticeKind::app_added});
    CHECK(refusal(turn_on(who_has_app())) == app_there);
}

TEST_CASE("turning off takes the app, its codes and all other sessions along, told and logged") {
    const auto decision = turn_off(who_has_app());
    REQUIRE(decision.has_value());
    CHECK(only<ChangeFactors>(*decision)->by == -1);
    CHECK(only<RemoveAuthenticatorApp>(*decision)->app == app().id);
    CHECK(only<SetRecoveryCodes>(*decision)->macs.empty());
    CHECK(only<EndSessions>(*decision)->account == ada().id);
    CHECK(place_of<EndSessions>(*decision) < place_of<OpenSession>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::app_removed});
    CHECK(told(*decision) == std::vector{NoticeKind::app_removed});
    CHECK(refusal(turn_off(signed_in())) == not_yours);
}

TEST_CASE("I1: the last factor is not turned off, and the way out is told before a proof is asked"
) {
    Acting who = who_has_app();
    who.account.factors = 1;
    who.passkeys = {};
    CHECK(refusal(turn_off(who)) == last_factor);
    who.session.authenticated_at = noon - 1h;
    CHECK(refusal(turn_off(who)) == last_factor);
}

TEST_CASE("a new set of recovery codes ends the old one, told and logged") {
    const auto decision = new_codes(who_has_app());
    REQUIRE(decision.has_value());
    CHECK(only<SetRecoveryCodes>(*decision)->macs.size() == 1);
    CHECK(only<ChangeFactors>(*decision)->by == 0);
    CHECK(logged(*decision) == std::vector{EventKind::recovery_codes_made});
    CHECK(told(*decision) == std::vector{NoticeKind::recovery_codes_made});
    CHECK(refusal(new_codes(signed_in())) == not_yours);
}

TEST_CASE("design.md 4.2: each needs a proof younger than five minutes") {
    for (auto& [who, change] : all_changes()) {
        CHECK(change(who).has_value());
        Acting late = who;
        late.session.authenticated_at = noon - limits::step_up_lifetime;
        CHECK(refusal(change(late)) == proof_too_old);
        late.session.authenticated_at += 1ms;
        CHECK(change(late).has_value());
    }
}

TEST_CASE("design.md 4.3: none under a recovery, nor within 72 hours after one") {
    for (auto& [who, change] : all_changes()) {
        Acting recovered = who;
        recovered.session.assurance = Assurance::recovered;
        CHECK(refusal(change(recovered)) == frozen_after_recovery);
        Acting after = who;
        after.account.recovered_at = noon - limits::freeze_after_recovery + 1ms;
        CHECK(refusal(change(after)) == frozen_after_recovery);
        after.account.recovered_at = noon - limits::freeze_after_recovery;
        CHECK(change(after).has_value());
    }
}

TEST_CASE("a session that is over changes nothing, and what goes on has a new id") {
    for (auto& [who, change] : all_changes()) {
        Acting over = who;
        over.session.expires_at = noon;
        CHECK(refusal(change(over)) == expired);
        over = who;
        over.account.epoch += 1;
        CHECK(refusal(change(over)) == signed_out_everywhere);

        const auto decision = change(who);
        REQUIRE(decision.has_value());
        CHECK(only<RequireSession>(*decision)->session == who.session.id);
        CHECK(only<RequireEpoch>(*decision)->epoch == ada().epoch);
        CHECK(only<EndSession>(*decision)->session == who.session.id);
        CHECK(decision->session->id == fresh().session);
        CHECK(decision->session->expires_at == who.session.expires_at);
        CHECK(decision->session->authenticated_at == who.session.authenticated_at);
    }
}

}  // namespace
}  // namespace latchkey::accounts
