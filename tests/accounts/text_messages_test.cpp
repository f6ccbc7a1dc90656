// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/text_messages.hpp"

#include "accounts/acting.hpp"
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/notices.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/people.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::accounts {
namespace {

using enum Refusal;

/// Signed in with a passkey a minute ago.
Acting who_has(std::optional<Phone> phone) {
    Acting who{
        .account = ada(), .session = session(passkey()), .passkeys = {passkey()}, .steps = {}
    };
    if (phone) {
        who.steps.phone = std::move(phone);
        who.account.factors = 2;
    }
    return who;
}

TEST_CASE("T10: a text code is bound to purpose, row, number and who asked") {
    const SecretKey pepper(std::array<std::byte, 32>{});
    const PhoneNumber mine = number_of("+4915123456789");
    const PhoneNumber other = number_of("+4915123456780");
    const Hash me{};
    Hash you{};
    you[0] = std::byte{1};
    using enum TextCodePurpose;
    const std::set<Hash> macs{
        text_code_mac(pepper, {second_step, CodeId(1), mine, me}, "123456"),
        text_code_mac(pepper, {new_phone, CodeId(1), mine, me}, "123456"),
        text_code_mac(pepper, {second_step, CodeId(2), mine, me}, "123456"),
        text_code_mac(pepper, {second_step, CodeId(1), other, me}, "123456"),
        text_code_mac(pepper, {second_step, CodeId(1), mine, you}, "123456"),
        text_code_mac(pepper, {second_step, CodeId(1), mine, me}, "123457"),
    };
    CHECK(macs.size() == 6);
}

TEST_CASE("A text code has six digits, zeros in front included") {
    CHECK(make_text_code({}).reveal() == "000000");
    std::array<std::byte, 16> random{};
    random[15] = std::byte{42};
    CHECK(make_text_code(random).reveal() == "000042");
}

TEST_CASE("T12: only listed countries; too few answers stop a country, not before 31 messages") {
    const TextMessagePolicy policy{.countries = {"DE", "US"}, .daily_limit = 7};
    CHECK(may_send_to(policy, number_of("+4915123456789")));
    CHECK(may_send_to(policy, number_of("+12015550123")));
    CHECK_FALSE(may_send_to(policy, number_of("+18762101234")));
    CHECK_FALSE(may_send_to(policy, number_of("+33612345678")));
    CHECK(texts_per_country(policy).count == 7);
    CHECK_FALSE(is_conversion_too_low(30, 0));
    CHECK(is_conversion_too_low(31, 0));
    CHECK(is_conversion_too_low(31, 6));
    CHECK_FALSE(is_conversion_too_low(31, 7));
    CHECK(is_conversion_too_low(1'000, 249));
    CHECK_FALSE(is_conversion_too_low(1'000, 250));
}

TEST_CASE("Turning on a phone adds a factor and the first codes; a second method brings none") {
    const auto first = turn_on_phone(who_has({}), phone(), {Hash{}}, at(noon), fresh());
    REQUIRE(first.has_value());
    CHECK(only<ChangeFactors>(*first)->by == 1);
    CHECK(only<AddPhone>(*first)->phone == phone());
    CHECK(only<SetRecoveryCodes>(*first)->macs.size() == 1);
    CHECK(told(*first) == std::vector{NoticeKind::phone_added});
    Acting with_an_app = who_has({});
    with_an_app.steps = with_app();
    const auto second = turn_on_phone(with_an_app, phone(), {Hash{}}, at(noon), fresh());
    REQUIRE(second.has_value());
    CHECK_FALSE(only<SetRecoveryCodes>(*second).has_value());
}

TEST_CASE("SP 800-63B 3.1.3.3: another number is another method: told, and other sessions end") {
    const auto changed =
        turn_on_phone(who_has(phone("+33612345678")), phone(), {}, at(noon), fresh());
    REQUIRE(changed.has_value());
    CHECK(only<ChangeFactors>(*changed)->by == 0);
    CHECK(only<RemovePhone>(*changed).has_value());
    CHECK(only<AddPhone>(*changed).has_value());
    CHECK(only<EndSessions>(*changed).has_value());
    CHECK(told(*changed) == std::vector{NoticeKind::phone_removed, NoticeKind::phone_added});
    CHECK(refusal(turn_on_phone(who_has(phone()), phone(), {}, at(noon), fresh())) == phone_there);
}

TEST_CASE("A phone goes by a fresh proof, not as the last factor, and takes the last codes along") {
    const auto off = turn_off_phone(who_has(phone()), at(noon), fresh());
    REQUIRE(off.has_value());
    CHECK(only<ChangeFactors>(*off)->by == -1);
    CHECK(only<SetRecoveryCodes>(*off)->macs.empty());
    Acting with_both = who_has(phone());
    with_both.steps.app = with_app().app;
    const auto one_of_two = turn_off_phone(with_both, at(noon), fresh());
    REQUIRE(one_of_two.has_value());
    CHECK_FALSE(only<SetRecoveryCodes>(*one_of_two).has_value());
    Acting last = who_has(phone());
    last.account.factors = 1;
    CHECK(refusal(turn_off_phone(last, at(noon), fresh())) == last_factor);
    CHECK(refusal(turn_off_phone(who_has({}), at(noon), fresh())) == not_yours);
    Acting old = who_has(phone());
    old.session.authenticated_at = noon - limits::step_up_lifetime;
    CHECK(refusal(turn_off_phone(old, at(noon), fresh())) == proof_too_old);
    CHECK(
        refusal(turn_on_phone(old, phone("+33612345678"), {}, at(noon), fresh())) == proof_too_old
    );
    Acting recovered = who_has(phone());
    recovered.account.recovered_at = noon - 71h;
    CHECK(refusal(turn_off_phone(recovered, at(noon), fresh())) == frozen_after_recovery);
}

TEST_CASE("T1: an account with a phone asks for the second step; its code is no recovery") {
    SecondSteps steps;
    CHECK_FALSE(asks_second_step({passkey()}, steps));
    steps.phone = phone();
    CHECK(asks_second_step({passkey()}, steps));
    CHECK(still_has(steps, SecondStep::text_message));
    CHECK_FALSE(still_has(steps, SecondStep::authenticator_app));
    CHECK_FALSE(still_has({}, SecondStep::text_message));
    CHECK_FALSE(is_recovery(SecondStep::text_message));
    CHECK(is_recovery(SecondStep::recovery_code));
    CHECK(is_recovery(SecondStep::waited));
}

SecondMatched by_text(Intent intent = Intent::sign_in) {
    SecondMatched event{
        .sign_in = half_proved(intent),
        .by = SecondStep::text_message,
        .account = ada(),
        .passkeys = {passkey()},
        .steps = {},
    };
    event.steps.phone = phone();
    return event;
}

TEST_CASE("The right text code opens a session of two steps, and notes the use of the phone") {
    const auto decision = decide(by_text(), at(noon), fresh());
    REQUIRE(decision.has_value());
    CHECK(decision->session->assurance == Assurance::two_steps);
    CHECK(decision->session->recovered_at == std::nullopt);
    CHECK(only<UsePhone>(*decision)->phone == phone().id);
    CHECK(told(*decision).empty());
    const auto enrolling = decide(by_text(Intent::add_passkey), at(noon), fresh());
    REQUIRE(enrolling.has_value());
    CHECK(enrolling->sign_in->second == SecondStep::text_message);
    CHECK_FALSE(enrolling->sign_in->recovered);
}

TEST_CASE("A phone that went away meanwhile takes no second step") {
    SecondMatched event = by_text();
    event.steps = with_app();
    CHECK(refusal(decide(event, at(noon), fresh())) == proof_withdrawn);
}

}  // namespace
}  // namespace latchkey::accounts
