// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sessions.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/people.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Another session of Ada, on her phone.
Session elsewhere() {
    Session other = session(passkey());
    other.id = SessionId(51);
    other.browser = "Safari on iPhone";
    return other;
}

TEST_CASE("a session ends at its absolute limit, or an hour after it was last used (V7 7.3.1)") {
    Session used = session(passkey());
    used.last_seen_at = noon;
    CHECK(session_state(used, ada(), noon + 1h - 1ms) == SessionState::valid);
    CHECK(session_state(used, ada(), noon + 1h) == SessionState::expired);
    used.last_seen_at = used.expires_at - 1ms;
    CHECK(session_state(used, ada(), used.expires_at - 1ms) == SessionState::valid);
    CHECK(session_state(used, ada(), used.expires_at) == SessionState::expired);
}

TEST_CASE("the use of a session is written once in five minutes") {
    Session used = session(passkey());
    used.last_seen_at = noon;
    CHECK_FALSE(is_sighting_due(used, noon));
    CHECK_FALSE(is_sighting_due(used, noon + 5min - 1ms));
    CHECK(is_sighting_due(used, noon + 5min));
}

TEST_CASE("a session that goes on under a new id was seen now, and keeps its limits") {
    const Acting who = signed_in();
    const auto decision = end_other_sessions(who, at(noon), fresh());
    REQUIRE(decision.has_value());
    const Session& renewed = decision->session.value();
    CHECK(renewed.id == fresh().session);
    CHECK(renewed.token_hash == fresh().session_token_hash);
    CHECK(renewed.last_seen_at == noon);
    CHECK(renewed.created_at == who.session.created_at);
    CHECK(renewed.authenticated_at == who.session.authenticated_at);
    CHECK(renewed.expires_at == who.session.expires_at);
}

TEST_CASE("ending all others raises the epoch, so that sign-ins and codes end with them") {
    const auto decision = end_other_sessions(signed_in(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<RequireSession>(*decision)->session == signed_in().session.id);
    CHECK(only<RaiseEpoch>(*decision)->from_epoch == ada().epoch);
    CHECK(only<OpenSession>(*decision)->session.account_epoch == ada().epoch + 1);
    CHECK(place_of<RaiseEpoch>(*decision) < place_of<OpenSession>(*decision));
    CHECK(has<EndHold>(*decision));
    CHECK(logged(*decision) == std::vector{EventKind::signed_out_everywhere});
}

TEST_CASE("ending one session ends that one only, and is logged with its browser") {
    const auto decision = end_session(signed_in(), elsewhere(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(only<EndSession>(*decision)->session == elsewhere().id);
    CHECK_FALSE(has<RaiseEpoch>(*decision));
    CHECK_FALSE(decision->session.has_value());
    CHECK(logged(*decision) == std::vector{EventKind::session_ended});
    CHECK(only<AppendEvent>(*decision)->event.detail == "Safari on iPhone");
}

TEST_CASE("no session of another account can be ended, nor the acting one this way (V8 8.2.2)") {
    Session others = elsewhere();
    others.account = AccountId(2);
    CHECK(refusal(end_session(signed_in(), others, at(noon), fresh())) == not_yours);
    CHECK(refusal(end_session(signed_in(), signed_in().session, at(noon), fresh())) == not_yours);
}

TEST_CASE("ending sessions needs a proof younger than five minutes, also one by recovery") {
    Acting who = signed_in();
    const auto end_one = [&](TimePoint now) {
        return refusal(end_session(who, elsewhere(), at(now), fresh()));
    };
    const auto end_all = [&](TimePoint now) {
        return refusal(end_other_sessions(who, at(now), fresh()));
    };
    const TimePoint proof = who.session.authenticated_at;
    CHECK_FALSE(end_one(proof + 5min - 1ms).has_value());
    CHECK_FALSE(end_all(proof + 5min - 1ms).has_value());
    CHECK(end_one(proof + 5min) == proof_too_old);
    CHECK(end_all(proof + 5min) == proof_too_old);
    who.session.assurance = Assurance::recovered;
    who.account.recovered_at = proof;
    CHECK_FALSE(end_one(noon).has_value());
    CHECK_FALSE(end_all(noon).has_value());
}

TEST_CASE("who was signed out, or sat idle, ends nothing") {
    Acting gone = signed_in();
    gone.account.epoch += 1;
    CHECK(refusal(end_other_sessions(gone, at(noon), fresh())) == signed_out_everywhere);
    CHECK(refusal(end_session(gone, elsewhere(), at(noon), fresh())) == signed_out_everywhere);
    Acting idle = signed_in();
    idle.session.last_seen_at = noon - 1h;
    CHECK(refusal(end_other_sessions(idle, at(noon), fresh())) == expired);
    CHECK(refusal(end_session(idle, elsewhere(), at(noon), fresh())) == expired);
}

}  // namespace
}  // namespace latchkey::accounts
