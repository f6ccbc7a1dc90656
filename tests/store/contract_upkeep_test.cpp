// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "store/commit.hpp"
#include "store/contract.hpp"
#include "store/samples.hpp"

#include <array>
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
using std::chrono::minutes;

namespace {

QueueMail mail(StoreUnderTest& db, TimePoint not_before) {
    const auto id = db.store().next_id();
    return {
        .id = MailId(id),
        .sealed = Bytes(static_cast<std::size_t>(id % 7), std::byte{0xa5}),
        .not_before = not_before,
        .expires_at = not_before + minutes(10),
    };
}

std::vector<MailId> due(StoreUnderTest& db, TimePoint now, std::size_t count = 10) {
    std::vector<MailId> ids;
    for (const auto& queued : db.store().due_mails(accounts::Channel::mail, now, count)) {
        ids.push_back(queued.id);
    }
    return ids;
}

/// Calls delete_expired until nothing goes; each call is bounded.
std::size_t delete_all_expired(StoreUnderTest& db, TimePoint now) {
    std::size_t deleted = 0;
    while (const auto some = db.store().delete_expired(now)) {
        deleted += some;
    }
    return deleted;
}

}  // namespace

TEST_CASE("mails are due from their time on, longest due first, with what was queued") {
    const auto db = make_store_under_test();
    const auto later = mail(*db, day_one + minutes(2));
    const auto sooner = mail(*db, day_one + minutes(1));
    const auto last = mail(*db, day_one + minutes(3));
    REQUIRE(committed(*db, {QueueMail{later}, QueueMail{sooner}, QueueMail{last}}));

    CHECK(due(*db, day_one + minutes(1) - milliseconds(1)).empty());
    CHECK(due(*db, day_one + minutes(1)) == std::vector{sooner.id});
    CHECK(due(*db, day_one + minutes(2)) == std::vector<MailId>{sooner.id, later.id});
    CHECK(due(*db, day_one + minutes(3), 2) == std::vector<MailId>{sooner.id, later.id});
    // One that has expired is still reported, so that the worker can say so.
    CHECK(due(*db, day_one + hours(1)).size() == 3);

    const auto queued =
        db->store().due_mails(accounts::Channel::mail, day_one + minutes(1), 1).at(0);
    CHECK(queued.sealed == sooner.sealed);
    CHECK(queued.attempts == 0);
    CHECK(queued.expires_at == sooner.expires_at);
}

TEST_CASE("a finished mail is gone, a delayed one comes back with an attempt more") {
    const auto db = make_store_under_test();
    const auto sent = mail(*db, day_one);
    const auto failed = mail(*db, day_one);
    REQUIRE(committed(*db, {QueueMail{sent}, QueueMail{failed}}));

    db->store().finish_mail(sent.id);
    db->store().delay_mail(failed.id, day_one + minutes(1));
    CHECK(due(*db, day_one).empty());
    db->reopen();
    const auto queued = db->store().due_mails(accounts::Channel::mail, day_one + minutes(1), 10);
    REQUIRE(queued.size() == 1);
    CHECK(queued[0].id == failed.id);
    CHECK(queued[0].attempts == 1);
    CHECK(queued[0].sealed == failed.sealed);

    // Twice is once, and what is gone does not come back.
    db->store().finish_mail(sent.id);
    db->store().delay_mail(sent.id, day_one);
    CHECK(due(*db, day_one).empty());
}

TEST_CASE("events are listed for their account, newest first, at most as many as asked for") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto other = sign_up(db->store()).account;
    std::vector<Event> events;
    for (int i = 0; i < 5; ++i) {
        events.push_back(sample_event(db->store(), account, day_one + minutes(i)));
        REQUIRE(committed(
            *db,
            {AppendEvent{events.back()}, AppendEvent{sample_event(db->store(), other, day_one)}}
        ));
    }
    auto nobodys = sample_event(db->store(), account, day_one);
    nobodys.account = std::nullopt;
    nobodys.kind = EventKind::code_wrong;
    nobodys.network = "";
    REQUIRE(committed(*db, {AppendEvent{nobodys}}));

    CHECK(
        db->store().list_events(account.id, {.count = 10}) ==
        std::vector<Event>{events[4], events[3], events[2], events[1], events[0]}
    );
    CHECK(
        db->store().list_events(account.id, {.count = 2}) ==
        std::vector<Event>{events[4], events[3]}
    );
    db->reopen();
    CHECK(db->store().list_events(account.id, {.count = 1}) == std::vector<Event>{events[4]});
}

TEST_CASE("events are listed by group, and before one that is named") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    constexpr std::array kinds{
        EventKind::signed_in,
        EventKind::code_sent,
        EventKind::passkey_added,
        EventKind::signed_in,
        EventKind::signed_out,
        EventKind::signed_in
    };
    std::vector<Event> events;
    for (const EventKind kind : kinds) {
        events.push_back(sample_event(db->store(), account, day_one));
        events.back().kind = kind;
        REQUIRE(committed(*db, {AppendEvent{events.back()}}));
    }
    const auto list = [&](const store::Store::EventQuery& query) {
        return db->store().list_events(account.id, query);
    };
    const auto sessions = EventGroup::sessions;
    CHECK(
        list({.count = 9, .group = sessions}) ==
        std::vector{events[5], events[4], events[3], events[0]}
    );
    CHECK(list({.count = 9, .group = EventGroup::changes}) == std::vector{events[2]});
    CHECK(list({.count = 9, .group = EventGroup::attempts}) == std::vector{events[1]});
    CHECK(list({.count = 2, .group = sessions}) == std::vector{events[5], events[4]});
    CHECK(
        list({.count = 2, .group = sessions, .before = events[4].id}) ==
        std::vector{events[3], events[0]}
    );
    CHECK(
        list({.count = 9, .before = events[3].id}) == std::vector{events[2], events[1], events[0]}
    );
    CHECK(list({.count = 9, .before = events[0].id}).empty());
}

TEST_CASE("every kind of event is kept") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    int kinds = 0;
    while (kinds < 256 && event_kind_named(name_of(static_cast<EventKind>(kinds)))) {
        auto event = sample_event(db->store(), account, day_one);
        event.kind = static_cast<EventKind>(kinds);
        REQUIRE(committed(*db, {AppendEvent{event}}));
        CHECK(db->store().list_events(account.id, {.count = 1}) == std::vector{event});
        ++kinds;
    }
    CHECK(kinds > static_cast<int>(EventKind::row_refused));
}

TEST_CASE("settings are kept by name and replaced") {
    const auto db = make_store_under_test();
    CHECK_FALSE(db->store().find_setting("rp_id").has_value());
    CHECK(db->store().save_setting("rp_id", "example.com"));
    CHECK(db->store().save_setting("last_seen", ""));
    CHECK(db->store().find_setting("rp_id") == "example.com");
    CHECK(db->store().save_setting("rp_id", "example.org"));
    db->reopen();
    CHECK(db->store().find_setting("rp_id") == "example.org");
    CHECK(db->store().find_setting("last_seen") == "");
    CHECK(db->store().is_healthy());
}

TEST_CASE("what has expired is deleted, at the moment at which it expires and not before") {
    const auto db = make_store_under_test();
    const auto account = sign_up(db->store()).account;
    const auto session = sample_session(db->store(), account, day_one);
    const auto sign_in = sample_sign_in(db->store(), account, day_one);
    const auto code = sample_code(db->store(), day_one);
    const auto guest = address("guest@example.com");
    const auto letter = mail(*db, day_one);
    const auto event = sample_event(db->store(), account, day_one);
    const CountTowardsLimit counted{hash_of(1), 1, minutes(20), day_one};
    REQUIRE(committed(
        *db,
        {OpenSession{session},
         StartSignIn{sign_in},
         StoreCode{code},
         Invite{guest, day_one + hours(1)},
         QueueMail{letter},
         AppendEvent{event},
         counted}
    ));

    // In the order of their ends: mail and code, sign-in, limit, invitation, session.
    CHECK(delete_all_expired(*db, day_one + minutes(10) - milliseconds(1)) == 0);
    CHECK(db->store().find_code(code.id).has_value());
    CHECK(delete_all_expired(*db, day_one + minutes(10)) == 2);
    CHECK_FALSE(db->store().find_code(code.id).has_value());
    CHECK(due(*db, day_one + minutes(10)).empty());
    CHECK(db->store().find_sign_in(sign_in.id).has_value());
    CHECK(delete_all_expired(*db, day_one + minutes(15)) == 1);
    CHECK_FALSE(db->store().find_sign_in(sign_in.id).has_value());
    CHECK(db->store().limit_use(hash_of(1), minutes(20), day_one).count == 1);
    CHECK(delete_all_expired(*db, day_one + minutes(20)) == 1);
    CHECK(db->store().limit_use(hash_of(1), minutes(20), day_one).count == 0);
    CHECK(db->store().is_invited(guest, day_one));
    CHECK(delete_all_expired(*db, day_one + hours(1)) == 1);
    CHECK_FALSE(db->store().is_invited(guest, day_one));
    CHECK(db->store().find_session(session.id).has_value());
    CHECK(delete_all_expired(*db, session.expires_at) == 1);
    CHECK_FALSE(db->store().find_session(session.id).has_value());
    CHECK(db->store().list_sessions(account.id).empty());
    CHECK(db->store().find_account(account.id).has_value());
    CHECK(db->store().list_events(account.id, {.count = 10}) == std::vector{event});
}

TEST_CASE("deleting what has expired is bounded for each call and gets through in the end") {
    const auto db = make_store_under_test();
    constexpr std::size_t many = 2'000;
    std::vector<std::vector<store::Change>> commits(many / 100);
    for (auto& changes : commits) {
        for (int i = 0; i < 100; ++i) {
            changes.emplace_back(StoreCode{sample_code(db->store(), day_one)});
        }
    }
    for (const auto& result : commit_together(db->store(), std::move(commits))) {
        REQUIRE(is_committed(result));
    }
    const auto first = db->store().delete_expired(day_one + hours(1));
    CHECK(first > 0);
    CHECK(first < many);
    CHECK(first + delete_all_expired(*db, day_one + hours(1)) == many);
}
