// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/events.hpp"
#include "accounts/exploration/explorer.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/policy.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

// Every step that anybody can take, in every state that can be reached, to the fixed point: the
// invariants I1-I8 and T5 hold after each commit, also after those that were overtaken by another.
namespace latchkey::accounts {
namespace {

/// For the plain build alone: its code is that of the others, and sanitizers are slow.
const doctest::test_suite wide("wide");

void check_all(const Bounds& bounds) {
    Core core = real_core();
    core.guesses_per_code = bounds.guesses;
    core.recovery = bounds.recovery;
    const Explored explored = explore(core, bounds, Overtaking::all_pairs, 1'000'000);
    MESSAGE(
        explored.states,
        " states, ",
        explored.transitions,
        " transitions, ",
        explored.refusals,
        " refusals"
    );
    CHECK(explored.violation == "");
    CHECK(explored.is_complete);
    // That it got anywhere: all that the machine can lead to happened on the way.
    using enum EventKind;
    std::set expected{
        account_created,
        account_deleted,
        passkey_added,
        signed_in,
        signed_in_recovered,
        signed_out,
        signed_out_everywhere
    };
    if (bounds.subjects > 0) expected.insert({identity_linked, identity_unlinked});
    if (bounds.passkeys > 1) {
        expected.insert({passkey_replaced, passkey_removed, passkey_suspended});
    }
    if (bounds.apps > 0) expected.insert({app_added, app_removed, recovery_code_used});
    if (bounds.devices > 0) {
        expected.insert({biometrics_added, biometrics_removed, recovery_code_used});
    }
    if (bounds.restores > 0) expected.insert({hold_stopped, passkey_restored});
    const bool can_wait = bounds.holds > 0 && bounds.recovery != Recovery::strict;
    if (can_wait) expected.insert(hold_started);
    // By a wait alone, or by a recovery code.
    if (bounds.recovery != Recovery::notify && !can_wait) expected.erase(signed_in_recovered);
    std::string missing;
    for (const EventKind kind : expected) {
        if (!explored.logged.contains(kind)) missing += std::string(name_of(kind)) + " ";
    }
    CHECK(missing == "");
}

TEST_CASE("I1-I8, T5: one thing at a time, around three passkeys" * wide) {
    check_all({.tickets = 1, .eves_tickets = 1, .passkeys = 3, .guesses = 2, .subjects = 1});
}

TEST_CASE(
    "I1-I8, T5, T33: two subjects at a provider, one after the other with one address" * wide
) {
    check_all({.tickets = 1, .eves_tickets = 1, .passkeys = 2, .guesses = 1, .subjects = 2});
}

TEST_CASE("I1-I8, T5: two people and two things side by side, around one passkey" * wide) {
    check_all({.tickets = 2, .eves_tickets = 1, .passkeys = 1, .guesses = 2, .subjects = 1});
}

TEST_CASE("I1-I8, T5, T7: two things of one person side by side, around two passkeys" * wide) {
    check_all({.tickets = 2, .eves_tickets = 0, .passkeys = 2, .guesses = 1, .subjects = 0});
}

TEST_CASE(
    "I1-I8, T1, T9: one thing at a time, around two passkeys and an authenticator app" * wide
) {
    check_all({.tickets = 1, .eves_tickets = 1, .passkeys = 2, .apps = 1, .guesses = 1});
}

TEST_CASE(
    "I1-I8, T1, T9: two things of one person side by side, around a passkey and an app" * wide
) {
    check_all({.tickets = 2, .eves_tickets = 0, .passkeys = 1, .apps = 1, .guesses = 1});
}

TEST_CASE("I1-I8, T1, T17: one thing at a time, around two passkeys and a device's biometrics") {
    check_all({
        .tickets = 1,
        .eves_tickets = 0,
        .passkeys = 2,
        .devices = 1,
        .guesses = 1,
        .subjects = 0,
    });
}

TEST_CASE(
    "I1-I8, T1, T17: two people and a provider, around a passkey and a device's biometrics" * wide
) {
    check_all({.tickets = 1, .eves_tickets = 1, .passkeys = 1, .devices = 1, .guesses = 1});
}

TEST_CASE("I1-I8, T1, T17: one thing at a time, around the biometrics of two devices") {
    check_all({
        .tickets = 1,
        .eves_tickets = 0,
        .passkeys = 1,
        .devices = 2,
        .guesses = 1,
        .subjects = 0,
    });
}

TEST_CASE(
    "I1-I8, T1, T17: two things side by side, around a passkey and a device's biometrics" * wide
) {
    check_all({
        .tickets = 2,
        .eves_tickets = 0,
        .passkeys = 1,
        .devices = 1,
        .guesses = 1,
        .subjects = 0,
    });
}

TEST_CASE("I1-I8, T1, 4.3: one thing at a time and a wait, around a passkey and an app") {
    check_all({.tickets = 1, .eves_tickets = 0, .passkeys = 1, .apps = 1, .holds = 1, .guesses = 1}
    );
}

TEST_CASE(
    "I1-I8, T1, 4.3: two things of one person side by side and a wait, around an app" * wide
) {
    check_all({
        .tickets = 2,
        .eves_tickets = 0,
        .passkeys = 1,
        .apps = 1,
        .holds = 1,
        .guesses = 1,
        .subjects = 0,
    });
}

TEST_CASE("I1-I8, T5, 4.3: \"this wasn't me\" and restoring, around two passkeys") {
    check_all({
        .tickets = 1,
        .eves_tickets = 0,
        .passkeys = 2,
        .restores = 1,
        .guesses = 1,
        .subjects = 1,
    });
}

TEST_CASE(
    "I1-I8, T5, 4.3: \"this wasn't me\" while two things go on, around a passkey and an app" * wide
) {
    check_all({
        .tickets = 2,
        .eves_tickets = 0,
        .passkeys = 1,
        .apps = 1,
        .restores = 1,
        .guesses = 1,
        .subjects = 0,
    });
}

TEST_CASE("I1-I8, T1, 4.3: delay, one thing at a time and a wait, around two passkeys") {
    check_all({
        .tickets = 1,
        .eves_tickets = 1,
        .passkeys = 2,
        .holds = 1,
        .guesses = 1,
        .subjects = 1,
        .recovery = Recovery::delay,
    });
}

TEST_CASE("I1-I8, T1, 4.3: delay, two things side by side and a wait, around a passkey" * wide) {
    check_all({
        .tickets = 2,
        .eves_tickets = 0,
        .passkeys = 1,
        .apps = 1,
        .holds = 1,
        .guesses = 1,
        .subjects = 0,
        .recovery = Recovery::delay,
    });
}

TEST_CASE("I1-I8, T1, 4.3: strict, two things side by side, around a passkey and an app" * wide) {
    check_all({
        .tickets = 2,
        .eves_tickets = 0,
        .passkeys = 1,
        .apps = 1,
        .holds = 1,
        .guesses = 1,
        .subjects = 0,
        .recovery = Recovery::strict,
    });
}

TEST_CASE("I1-I8, T1, 4.3: strict, one thing at a time, around two passkeys and an app" * wide) {
    check_all({
        .tickets = 1,
        .eves_tickets = 1,
        .passkeys = 2,
        .apps = 1,
        .holds = 1,
        .guesses = 1,
        .recovery = Recovery::strict,
    });
}

}  // namespace
}  // namespace latchkey::accounts
