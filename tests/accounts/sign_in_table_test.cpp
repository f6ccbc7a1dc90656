// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

constexpr std::array states{
    SignInState::start,
    SignInState::identified,
    SignInState::second,
    SignInState::enrol,
    SignInState::done,
};

constexpr std::array events{
    SignInEvent::code_requested,
    SignInEvent::passkey_asserted,
    SignInEvent::code_matched,
    SignInEvent::upstream_proved,
    SignInEvent::second_matched,
    SignInEvent::hold_started,
    SignInEvent::passkey_restored,
    SignInEvent::passkey_created,
    SignInEvent::passkey_promoted,
    SignInEvent::app_confirmed,
    SignInEvent::phone_confirmed,
    SignInEvent::biometrics_created,
    SignInEvent::started_over,
};

TEST_CASE("of the 65 pairs of state and event these 18 are accepted, and no other") {
    using enum SignInState;
    using enum SignInEvent;
    constexpr std::array<std::pair<SignInState, SignInEvent>, 18> accepted{{
        {start, code_requested},
        {start, passkey_asserted},
        {start, upstream_proved},
        {identified, code_requested},
        {identified, passkey_asserted},
        {identified, code_matched},
        {identified, upstream_proved},
        {identified, started_over},
        {second, second_matched},
        {second, hold_started},
        {second, passkey_restored},
        {second, started_over},
        {enrol, passkey_created},
        {enrol, passkey_promoted},
        {enrol, app_confirmed},
        {enrol, phone_confirmed},
        {enrol, biometrics_created},
        {enrol, started_over},
    }};
    for (const SignInState state : states) {
        for (const SignInEvent event : events) {
            const auto pair = std::pair(state, event);
            CAPTURE(name_of(state));
            CAPTURE(name_of(event));
            CHECK(accepts(state, event) == (std::ranges::find(accepted, pair) != accepted.end()));
        }
    }
}

TEST_CASE("rows of the same state and event are told apart by different words") {
    for (const Transition& a : sign_in_table) {
        const auto same = std::ranges::count_if(sign_in_table, [&a](const Transition& b) {
            return a.from == b.from && a.event == b.event &&
                   std::string_view(a.when) == std::string_view(b.when);
        });
        CHECK(same == 1);
    }
}

TEST_CASE("only a proof leads to done, and nothing leads on from there") {
    for (const Transition& row : sign_in_table) {
        CHECK(row.from != SignInState::done);
        if (row.to != SignInState::done) continue;
        const bool is_proof =
            row.event == SignInEvent::passkey_asserted || row.event == SignInEvent::code_matched ||
            row.event == SignInEvent::upstream_proved || row.event == SignInEvent::second_matched ||
            row.event == SignInEvent::passkey_restored ||
            row.event == SignInEvent::passkey_created ||
            row.event == SignInEvent::passkey_promoted || row.event == SignInEvent::app_confirmed ||
            row.event == SignInEvent::phone_confirmed ||
            row.event == SignInEvent::biometrics_created;
        CHECK(is_proof);
    }
}

}  // namespace
}  // namespace latchkey::accounts
