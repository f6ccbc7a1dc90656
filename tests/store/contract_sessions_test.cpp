// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::accounts;
using namespace latchkey::test;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST_CASE("a session reads back as it was opened, with its account as it is now") {
    const auto db = make_store_under_test();
    auto [account, passkey] = sign_up(db->store());
    const auto plain = sample_session(db->store(), account, day_one);
    auto full = sample_session(db->store(), account, day_one + hours(1));
    full.assurance = Assurance::recovered;
    full.recovered_at = day_one;
    full.passkey = passkey.id;
    full.browser = "";
    REQUIRE(committed(*db, {OpenSession{plain}, OpenSession{full}}));

    REQUIRE(committed(*db, {ChangeFactors{account.id, account.version, +1}}));
    account.version += 1;
    account.factors += 1;
    for (const auto& session : {plain, full}) {
        const auto found = db->store().find_session(session.id);
        REQUIRE(found.has_value());
        CHECK(found->session == session);
        CHECK(found->account == account);
    }
    CHECK_FALSE(db->store().find_session(SessionId(db->store().next_id())).has_value());
}

TEST_CASE("sessions are listed for their account only, oldest first") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    const auto first = sample_session(db->store(), account, day_one);
    const auto others = sample_session(db->store(), other, day_one);
    const auto second = sample_session(db->store(), account, day_one + hours(1));
    REQUIRE(committed(*db, {OpenSession{second}, OpenSession{others}, OpenSession{first}}));

    CHECK(db->store().list_sessions(account.id) == std::vector<Session>{first, second});
    CHECK(db->store().list_sessions(other.id) == std::vector<Session>{others});
    db->reopen();
    CHECK(db->store().list_sessions(account.id) == std::vector<Session>{first, second});
}

TEST_CASE("a session ends once, and ending what has ended is fine") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto session = sample_session(db->store(), account, day_one);
    REQUIRE(committed(*db, {OpenSession{session}}));
    CHECK(committed(*db, {RequireSession{session.id}}));

    REQUIRE(committed(*db, {EndSession{session.id}}));
    CHECK_FALSE(db->store().find_session(session.id).has_value());
    CHECK(db->store().list_sessions(account.id).empty());
    CHECK(refused(*db, {RequireSession{session.id}}, 0));
    CHECK(committed(*db, {EndSession{session.id}}));
}

TEST_CASE("a session that is used keeps when, and one that has ended stays ended") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    auto session = sample_session(db->store(), account, day_one);
    const auto untouched = sample_session(db->store(), account, day_one);
    REQUIRE(committed(*db, {OpenSession{session}, OpenSession{untouched}}));
    REQUIRE(committed(*db, {SeeSession{session.id, day_one + hours(2)}}));
    session.last_seen_at = day_one + hours(2);
    CHECK(db->store().find_session(session.id)->session == session);
    CHECK(db->store().list_sessions(account.id) == std::vector{session, untouched});
    REQUIRE(committed(*db, {EndSession{session.id}}));
    CHECK(committed(*db, {SeeSession{session.id, day_one + hours(3)}}));
    CHECK_FALSE(db->store().find_session(session.id).has_value());
}

TEST_CASE("ending all sessions keeps the one that is named and those of others") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    std::vector<Session> sessions;
    for (int i = 0; i < 4; ++i) {
        sessions.push_back(sample_session(db->store(), account, day_one));
        REQUIRE(committed(*db, {OpenSession{sessions.back()}}));
    }
    const auto others = sample_session(db->store(), other, day_one);
    REQUIRE(committed(*db, {OpenSession{others}}));

    REQUIRE(committed(*db, {EndSessions{account.id, sessions[2].id}}));
    CHECK(db->store().list_sessions(account.id) == std::vector{sessions[2]});
    CHECK(db->store().find_session(others.id).has_value());
    REQUIRE(committed(*db, {EndSessions{account.id, std::nullopt}}));
    CHECK(db->store().list_sessions(account.id).empty());
    CHECK(db->store().list_sessions(other.id) == std::vector{others});
}

TEST_CASE("a sign-in reads back as it was started, for an account or a new person") {
    const auto db = make_store_under_test();
    const auto [account, passkey] = sign_up(db->store());
    auto known = sample_sign_in(db->store(), account, day_one);
    known.proof = Proof::passkey;
    known.passkey = passkey.id;
    known.recovered = false;
    known.state = SignInState::second;
    known.second = SecondStep::recovery_code;
    known.intent = Intent::confirm;
    known.replaces = std::nullopt;
    known.return_to = "";
    auto stranger = sample_sign_in(db->store(), std::nullopt, day_one);
    stranger.proof = Proof::upstream;
    stranger.identity = Identity{.issuer = "https://accounts.example.com", .subject = "1076"};
    REQUIRE(committed(*db, {StartSignIn{known}, StartSignIn{stranger}}));

    CHECK(db->store().find_sign_in(known.id) == known);
    CHECK(db->store().find_sign_in(stranger.id) == stranger);
    CHECK_FALSE(db->store().find_sign_in(SignInId(db->store().next_id())).has_value());
    db->reopen();
    CHECK(db->store().find_sign_in(stranger.id) == stranger);
}

TEST_CASE("a sign-in is finished once, at its version, before it expires (T13)") {
    const auto db = make_store_under_test();
    const auto sign_in = sample_sign_in(db->store(), std::nullopt, day_one);
    REQUIRE(committed(*db, {StartSignIn{sign_in}}));

    CHECK(refused(*db, {FinishSignIn{sign_in.id, 1, day_one}}, 0));
    CHECK(refused(*db, {FinishSignIn{sign_in.id, 3, day_one}}, 0));
    CHECK(refused(*db, {FinishSignIn{sign_in.id, 2, sign_in.expires_at}}, 0));
    CHECK(db->store().find_sign_in(sign_in.id) == sign_in);

    const auto last_moment = sign_in.expires_at - milliseconds(1);
    REQUIRE(committed(*db, {FinishSignIn{sign_in.id, 2, last_moment}}));
    CHECK_FALSE(db->store().find_sign_in(sign_in.id).has_value());
    CHECK(refused(*db, {FinishSignIn{sign_in.id, 2, day_one}}, 0));
}

TEST_CASE("of 50 browsers that finish one sign-in at once exactly one gets a session (T13)") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    for (int round = 0; round < 10; ++round) {
        const auto sign_in = sample_sign_in(db->store(), account, day_one);
        REQUIRE(committed(*db, {StartSignIn{sign_in}}));
        std::vector<std::vector<store::Change>> commits;
        for (int i = 0; i < 50; ++i) {
            commits.push_back(
                {OpenSession{sample_session(db->store(), account, day_one)},
                 FinishSignIn{sign_in.id, 2, day_one}}
            );
        }
        const auto results = commit_together(db->store(), std::move(commits));
        CHECK(std::ranges::count_if(results, is_committed) == 1);
        CHECK(db->store().list_sessions(account.id).size() == static_cast<std::size_t>(round) + 1);
    }
}

TEST_CASE("a session cannot be opened under an epoch that was raised at the same time") {
    const auto db = make_store_under_test();
    for (int round = 0; round < 50; ++round) {
        const auto account = sign_up(db->store()).account;
        const auto session = sample_session(db->store(), account, day_one);
        std::vector<std::vector<store::Change>> commits{
            {RequireEpoch{account.id, account.epoch}, OpenSession{session}},
            {RaiseEpoch{account.id, account.epoch}}
        };
        if (round % 2 == 1) std::swap(commits[0], commits[1]);
        commit_together(db->store(), std::move(commits));
        CHECK_FALSE(db->store().find_session(session.id).has_value());
    }
}
