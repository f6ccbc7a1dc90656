// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <string_view>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

// The last one of the enumeration; the loops below begin at the first.
constexpr auto kinds = static_cast<std::uint8_t>(EventKind::row_refused) + 1;

TEST_CASE("every kind of event has a name of its own, by which it is found again") {
    std::set<std::string_view> names;
    for (std::uint8_t number = 0; number < kinds; ++number) {
        const auto kind = static_cast<EventKind>(number);
        const std::string_view name = name_of(kind);
        CAPTURE(name);
        CHECK(name != "unknown");
        CHECK(names.insert(name).second);
        CHECK(event_kind_named(name) == kind);
    }
    CHECK(name_of(static_cast<EventKind>(kinds)) == "unknown");
    CHECK_FALSE(event_kind_named("unknown"));
    CHECK_FALSE(event_kind_named("Signed_in"));
    CHECK_FALSE(event_kind_named(""));
}

TEST_CASE("what came in or went out, and what led nowhere, stand in groups; the rest are changes") {
    using enum EventKind;
    constexpr std::array sessions{
        signed_in, signed_in_recovered, signed_out, signed_out_everywhere, session_ended
    };
    constexpr std::array attempts{
        code_sent,
        code_wrong,
        counter_went_back,
        second_step_wrong,
        hold_started,
        hold_stopped,
        row_refused,
    };
    std::set<EventKind> grouped;
    for (const EventKind kind : sessions) {
        CHECK(group_of(kind) == EventGroup::sessions);
        grouped.insert(kind);
    }
    for (const EventKind kind : attempts) {
        CHECK(group_of(kind) == EventGroup::attempts);
        grouped.insert(kind);
    }
    for (std::uint8_t number = 0; number < kinds; ++number) {
        const auto kind = static_cast<EventKind>(number);
        if (!grouped.contains(kind)) CHECK(group_of(kind) == EventGroup::changes);
    }
}

}  // namespace
}  // namespace latchkey::accounts
