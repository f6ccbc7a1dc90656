// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The audit log hangs together: what somebody changes who has not the key is found (I10).
#include "accounts/changes.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "store/contract.hpp"
#include "store/guarded_place.hpp"
#include "store/samples.hpp"
#include "store/sqlite/audit_check.hpp"
#include "store/sqlite/verify.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::accounts;
using Kind = store::AuditFault::Kind;

namespace {

/// A database with ten audit events, of which the first five are sealed.
class Logged : public Place {
public:
    Logged() {
        for (int i = 0; i < 10; ++i) {
            append();
            if (i == 4) REQUIRE((*this)->seal_audit(day_one).has_value());
        }
    }

    void append() {
        const Event event = sample_event(store(), ada.account, day_one);
        ids.push_back(event.id.value());
        REQUIRE(committed({AppendEvent{event}}));
    }

    /// The row of the event at that place, counted from 1.
    [[nodiscard]] std::string row(std::size_t place) const {
        return " WHERE id = " + std::to_string(ids.at(place - 1));
    }

    [[nodiscard]] store::AuditChecked checked() const { return verify().audit; }

    /// The one fault that there is.
    [[nodiscard]] store::AuditFault fault() const {
        const auto faults = checked().faults;
        REQUIRE(faults.size() == 1);
        return faults.front();
    }

    std::vector<std::int64_t> ids;
};

}  // namespace

TEST_CASE("I10: events hang together, over a restart, and where they end is sealed") {
    Logged place;
    const auto checked = place.checked();
    CHECK(checked.faults.empty());
    CHECK(checked.events == 10);
    CHECK(checked.seals == 1);
    CHECK(checked.head.position == 10);
    place.reopen();
    place.append();
    const auto sealed = place->seal_audit(day_one + std::chrono::hours(1));
    REQUIRE(sealed.has_value());
    CHECK(sealed->position == 11);
    CHECK_FALSE(place->seal_audit(day_one + std::chrono::hours(2)).has_value());  // nothing new
    CHECK(place.checked().events == 11);
    CHECK(place.checked().seals == 2);
    CHECK(place.checked().head.hash == sealed->hash);
}

TEST_CASE("I10: an event that was edited in any column is named") {
    for (const std::string change :
         {"at = at + 1",
          "kind = 'signed_out'",
          "account = account + 1",
          "account = NULL",
          "network = '198.51.100.0/24'",
          "browser = ''",
          "detail = 'nothing'",
          "operation = zeroblob(16)",
          "chain_hash = zeroblob(32)"}) {
        CAPTURE(change);
        Logged place;
        place.alter("UPDATE events SET " + change + place.row(7));
        const auto faults = place.checked().faults;
        REQUIRE_FALSE(faults.empty());
        CHECK(faults.front().kind == Kind::edited);
        CHECK(faults.front().position == 7);
        CHECK(faults.front().event == place.ids.at(6));
    }
}

TEST_CASE("I10: deleted events are missed, with how many and where") {
    Logged place;
    place.alter("DELETE FROM events" + place.row(7));
    place.alter("DELETE FROM events" + place.row(8));
    const auto fault = place.fault();
    CHECK(fault.kind == Kind::deleted);
    CHECK(fault.count == 2);
    CHECK(fault.event == place.ids.at(5));
    CHECK(fault.next == place.ids.at(8));
    Logged first;
    first.alter("DELETE FROM events" + first.row(1));
    CHECK(first.fault().kind == Kind::deleted);
    CHECK(first.fault().event == std::nullopt);
}

TEST_CASE("I10: who closes the gap behind a deleted event is found by the next one") {
    Logged place;
    place.alter("DELETE FROM events" + place.row(7));
    place.alter("UPDATE events SET position = position - 1 WHERE position > 7");
    place.alter("UPDATE audit_head SET position = position - 1");
    const auto faults = place.checked().faults;
    REQUIRE_FALSE(faults.empty());
    CHECK(faults.front().kind == Kind::edited);
    CHECK(faults.front().position == 7);
}

TEST_CASE("I10: two events that changed places are found") {
    Logged place;
    place.alter("UPDATE events SET position = 100" + place.row(6));
    place.alter("UPDATE events SET position = 6" + place.row(7));
    place.alter("UPDATE events SET position = 7" + place.row(6));
    CHECK_FALSE(place.checked().faults.empty());
}

TEST_CASE("I10: an event that Latchkey did not write is named, with or without a place") {
    for (const std::string position : {"NULL", "7", "11"}) {
        CAPTURE(position);
        Logged place;
        place.alter(
            "INSERT INTO events (id, at, kind, account, network, browser, detail, operation,"
            " chain_hash, position) SELECT id + 1000000, at, kind, account, network, browser,"
            " detail, operation, chain_hash, " +
            position + " FROM events" + place.row(7)
        );
        const auto fault = place.fault();
        CHECK(fault.kind == Kind::inserted);
        CHECK(fault.event == place.ids.at(6) + 1'000'000);
    }
}

TEST_CASE("I10: events that were cut off are missed while the head or a seal stands") {
    Logged place;
    place.alter("DELETE FROM events" + place.row(10));
    CHECK(place.fault().kind == Kind::truncated);
    CHECK(place.fault().count == 1);
    CHECK(place.fault().event == place.ids.at(8));

    // Who sets the head back, too, is found as far as the last seal goes.
    Logged sealed;
    REQUIRE(sealed->seal_audit(day_one).has_value());
    const auto back = [&sealed](const std::string& to) {
        sealed.alter("DELETE FROM events WHERE position > " + to);
        sealed.alter(
            "UPDATE audit_head SET position = " + to +
            ", hash = (SELECT chain_hash FROM events WHERE position = " + to + ")"
        );
    };
    back("9");
    CHECK(sealed.fault().kind == Kind::truncated);
    sealed.alter("DELETE FROM audit_seals WHERE position > 5");
    CHECK(sealed.checked().faults.empty());  // only a copy of the log elsewhere tells
    back("4");
    CHECK(sealed.fault().kind == Kind::truncated);
}

TEST_CASE("I10: a seal of another hand is none, and one of another chain does not hold") {
    Logged place;
    place.alter("UPDATE audit_seals SET at = at + 1");
    CHECK(place.fault().kind == Kind::seal);
    Logged another;
    another.alter("UPDATE audit_seals SET position = 6");
    CHECK(another.fault().kind == Kind::seal);
}

TEST_CASE("I10: what a refused commit would have logged has no place") {
    Logged place;
    const auto event = [&place] {
        return AppendEvent{sample_event(place.store(), place.ada.account, day_one)};
    };
    const RequireEpoch wrong{place.ada.account.id, 99};
    const auto results = commit_together(
        place.store(), {{event()}, {event(), wrong}, {event(), event()}, {wrong, event()}}
    );
    CHECK(is_committed(results.at(0)));
    CHECK(is_refused_at(results.at(1), 1));
    CHECK(is_committed(results.at(2)));
    CHECK(is_refused_at(results.at(3), 0));
    const auto checked = place.checked();
    CHECK(checked.faults.empty());
    CHECK(checked.events == 13);
    CHECK(checked.head.position == 13);
}

TEST_CASE("Events from before there was a chain get their places once, in their order") {
    Logged place;
    place.alter("UPDATE events SET position = NULL, chain_hash = NULL");
    place.alter("DELETE FROM audit_head");
    place.alter("DELETE FROM audit_seals");
    CHECK(place.checked().faults.size() == 10);
    CHECK(place->adopt_rows({{"marked", "yes"}}));
    CHECK(place.checked().faults.empty());
    CHECK(place.checked().events == 10);
    const auto head = place.checked().head;
    CHECK(place->adopt_rows({{"marked", "again"}}));
    CHECK(place.checked().head.hash == head.hash);
    place.append();
    CHECK(place.checked().events == 11);
}
