// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/holds.hpp"
#include "accounts/notices.hpp"
#include "accounts/people.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

// Who gets in, as what, and what is told: for every value of `recovery`, shape of an account, way
// in, with the factors at hand or lost, with a recovery code or without (design.md 4.3, 4.4).
namespace latchkey::accounts {
namespace {

/// The biometrics of the device that holds the passkey, too, if there is one.
Passkey device() {
    return device_bound(second_factor(passkey(4)));
}

/// What an account has. A shape more is a row more.
struct Shape {
    std::string_view name;
    std::vector<Passkey> passkeys;
    std::optional<SecondStep> second;  // what its owner can do after a first proof
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all{
        {"synced passkey", {passkey()}, std::nullopt},
        {"device-bound passkey", {device_bound(passkey())}, std::nullopt},
        {"passkey and app", {passkey()}, SecondStep::authenticator_app},
        {"passkey and phone", {passkey()}, SecondStep::text_message},
        {"passkey and biometrics", {passkey(), device()}, SecondStep::biometrics},
        {"app", {}, SecondStep::authenticator_app},
        {"phone", {}, SecondStep::text_message},
        {"biometrics", {device()}, SecondStep::biometrics},
    };
    return all;
}

/// A way in. Empty issuer: no provider.
struct Way {
    std::string_view name;
    std::string_view issuer;
};

constexpr Way by_passkey{"passkey", ""};
constexpr std::array other_ways{
    Way{"e-mail code", ""},
    Way{"Google", "https://accounts.google.com"},
    Way{"Apple", "https://appleid.apple.com"},
    Way{"another provider", "https://id.example.net"},
};

enum class Factors : std::uint8_t { at_hand, lost };
enum class PaperCode : std::uint8_t { there, gone };

/// Where somebody ends up who does all that they can.
struct Outcome {
    std::string_view word;
    std::optional<Assurance> assurance;  // nullopt: no session
    std::vector<NoticeKind> told;
};

const Outcome none{.word = "none", .assurance = std::nullopt, .told = {}};
const Outcome passkey_in{.word = "passkey", .assurance = Assurance::passkey, .told = {}};
const Outcome two_steps{.word = "two steps", .assurance = Assurance::two_steps, .told = {}};
const Outcome at_once{
    .word = "at once",
    .assurance = Assurance::recovered,
    .told = {NoticeKind::signed_in_recovered},
};
const Outcome by_code{
    .word = "recovery code",
    .assurance = Assurance::recovered,
    .told = {NoticeKind::recovery_code_used},
};
const Outcome by_wait{
    .word = "wait",
    .assurance = Assurance::recovered,
    .told =
        {NoticeKind::hold_runs,
         NoticeKind::hold_runs,
         NoticeKind::hold_over,
         NoticeKind::signed_in_recovered},
};
const Outcome by_operator{.word = "operator", .assurance = std::nullopt, .told = {}};

/// What must come of it, written out: one row for each shape and value.
struct Row {
    Recovery rule;
    std::string_view shape;
    Outcome passkey_at_hand;
    Outcome passkey_lost;
    Outcome other_at_hand;  // by e-mail or a provider
    Outcome other_lost_with_code;
    Outcome other_lost;
};

const std::vector<Row>& rows() {
    using enum Recovery;
    static const std::vector<Row> all{
        {notify, "synced passkey", passkey_in, none, at_once, at_once, at_once},
        {notify, "device-bound passkey", passkey_in, none, at_once, at_once, at_once},
        {notify, "passkey and app", passkey_in, none, two_steps, by_code, by_wait},
        {notify, "passkey and phone", passkey_in, none, two_steps, by_code, by_wait},
        {notify, "passkey and biometrics", passkey_in, none, two_steps, by_code, by_wait},
        {notify, "app", none, none, two_steps, by_code, by_wait},
        {notify, "phone", none, none, two_steps, by_code, by_wait},
        {notify, "biometrics", none, none, two_steps, by_code, by_wait},
        {delay, "synced passkey", passkey_in, none, passkey_in, by_code, by_wait},
        {delay, "device-bound passkey", passkey_in, none, passkey_in, by_code, by_wait},
        {delay, "passkey and app", passkey_in, none, two_steps, by_code, by_wait},
        {delay, "passkey and phone", passkey_in, none, two_steps, by_code, by_wait},
        {delay, "passkey and biometrics", passkey_in, none, two_steps, by_code, by_wait},
        {delay, "app", none, none, two_steps, by_code, by_wait},
        {delay, "phone", none, none, two_steps, by_code, by_wait},
        {delay, "biometrics", none, none, two_steps, by_code, by_wait},
        {strict, "synced passkey", passkey_in, none, passkey_in, by_code, by_operator},
        {strict, "device-bound passkey", passkey_in, none, passkey_in, by_code, by_operator},
        {strict, "passkey and app", passkey_in, none, two_steps, by_code, by_operator},
        {strict, "passkey and phone", passkey_in, none, two_steps, by_code, by_operator},
        {strict, "passkey and biometrics", passkey_in, none, two_steps, by_code, by_operator},
        {strict, "app", none, none, two_steps, by_code, by_operator},
        {strict, "phone", none, none, two_steps, by_code, by_operator},
        {strict, "biometrics", none, none, two_steps, by_code, by_operator},
    };
    return all;
}

const Outcome& expected(const Row& row, const Way& way, Factors factors, PaperCode code) {
    if (way.name == by_passkey.name) {
        return factors == Factors::at_hand ? row.passkey_at_hand : row.passkey_lost;
    }
    if (factors == Factors::at_hand) return row.other_at_hand;
    return code == PaperCode::there ? row.other_lost_with_code : row.other_lost;
}

/// Somebody with an account of that shape, who tries to get in.
class Somebody {
public:
    Somebody(const Shape& shape, Recovery rule, Factors factors, PaperCode code)
        : shape_(shape), rule_(rule), factors_(factors), code_(code), account_(ada()) {
        account_.factors = static_cast<std::uint32_t>(shape.passkeys.size());
        if (shape.second == SecondStep::authenticator_app) {
            steps_.app = app();
            ++account_.factors;
        }
        if (shape.second == SecondStep::text_message) {
            steps_.phone = phone();
            ++account_.factors;
        }
        if (code == PaperCode::there) steps_.recovery_codes = 10;
    }

    Outcome try_by(const Way& way) {
        if (way.name == by_passkey.name) return use_passkey();
        const Decision first = prove(way, noon);
        CHECK(has<RequireIdentity>(first) != way.issuer.empty());
        if (first.session) {
            for (const Notice& notice : first.notices) {
                CHECK(notice.issuer == way.issuer);
            }
            return ended(first, "at once");
        }
        CHECK(first.next == SignInState::second);
        if (factors_ == Factors::at_hand) {
            if (!shape_.second) return use_passkey();
            return ended(take(*first.sign_in, *shape_.second, noon).value(), "two steps");
        }
        if (code_ == PaperCode::there) {
            const auto taken = take(*first.sign_in, SecondStep::recovery_code, noon);
            return ended(taken.value(), "recovery code");
        }
        return wait(way, *first.sign_in);
    }

private:
    Outcome use_passkey() {
        if (shape_.passkeys.empty() || factors_ == Factors::lost) return none;
        const PasskeyAsserted event{
            .passkey = shape_.passkeys.front(),
            .account = account_,
            .sign_count = shape_.passkeys.front().record.sign_count + 1,
            .passkeys = shape_.passkeys,
        };
        const auto decided = decide(SignInState::start, {}, event, at(noon), fresh());
        // It may be discoverable, and is no passkey.
        if (event.passkey.purpose == CredentialPurpose::second_factor) {
            CHECK(refusal(decided) == Refusal::second_step_only);
            return none;
        }
        return ended(decided.value(), "passkey");
    }

    Decision prove(const Way& way, TimePoint now) {
        if (way.issuer.empty()) {
            const CodeMatched event{
                .code =
                    {.account = account_.id,
                     .account_epoch = account_.epoch,
                     .expires_at = now + 1min},
                .email = account_.email,
                .account = account_,
                .passkeys = shape_.passkeys,
                .steps = steps_,
                .recovery = rule_,
            };
            return decide(SignInState::identified, {}, event, at(now), fresh()).value();
        }
        const UpstreamProved event{
            .identity = {.issuer = std::string(way.issuer), .subject = "ada-there"},
            .account = account_,
            .passkeys = shape_.passkeys,
            .steps = steps_,
            .recovery = rule_,
        };
        return decide(SignInState::start, {}, event, at(now), fresh()).value();
    }

    Result<Decision> take(const SignIn& sign_in, SecondStep by, TimePoint now) {
        SecondMatched event{
            .sign_in = sign_in,
            .by = by,
            .account = account_,
            .passkeys = shape_.passkeys,
            .steps = steps_,
            .recovery = rule_,
        };
        if (by == SecondStep::biometrics) {
            event.biometrics = BiometricsUse{.credential = device(), .sign_count = 1};
        }
        return decide(event, at(now), fresh());
    }

    Outcome wait(const Way& way, const SignIn& sign_in) {
        const HoldWanted wanted{
            .sign_in = sign_in, .account = account_, .policy = {.rule = rule_, .wait = 24h}
        };
        const auto started = start_hold(wanted, at(noon), fresh());
        if (!started) {
            CHECK(started.error() == Refusal::only_operator);
            CHECK(refusal(take(sign_in, SecondStep::waited, noon)) == Refusal::only_operator);
            return by_operator;
        }
        steps_.hold = only<StartHold>(*started)->hold;
        CHECK(refusal(take(*started->sign_in, SecondStep::waited, noon)) == Refusal::not_over);
        const TimePoint over = noon + 24h;
        const Decision again = prove(way, over);
        const Decision in = take(*again.sign_in, SecondStep::waited, over).value();
        Outcome outcome = ended(in, "wait");
        const std::vector<NoticeKind> before = told(*started);
        outcome.told.insert(outcome.told.begin(), before.begin(), before.end());
        return outcome;
    }

    static Outcome ended(const Decision& decision, std::string_view word) {
        CHECK(decision.next == SignInState::done);
        REQUIRE(decision.session.has_value());
        const bool is_recovered = decision.session->assurance == Assurance::recovered;
        CHECK(has<MarkRecovered>(decision) == is_recovered);
        CHECK(decision.session->recovered_at.has_value() == is_recovered);
        return {
            .word = word,
            .assurance = decision.session->assurance,
            .told = told(decision),
        };
    }

    const Shape& shape_;
    Recovery rule_;
    Factors factors_;
    PaperCode code_;
    Account account_;
    SecondSteps steps_;
};

std::vector<Way> all_ways() {
    std::vector<Way> ways{by_passkey};
    ways.insert(ways.end(), other_ways.begin(), other_ways.end());
    return ways;
}

TEST_CASE("design.md 4.3: 3 values, every shape, 5 ways in, lost or not, recovery code or not") {
    std::size_t cells = 0;
    for (const Row& row : rows()) {
        const auto shape = std::ranges::find(shapes(), row.shape, &Shape::name);
        REQUIRE(shape != shapes().end());
        for (const Way& way : all_ways()) {
            for (const Factors factors : {Factors::at_hand, Factors::lost}) {
                for (const PaperCode code : {PaperCode::there, PaperCode::gone}) {
                    CAPTURE(static_cast<int>(row.rule));
                    CAPTURE(row.shape);
                    CAPTURE(way.name);
                    CAPTURE(factors == Factors::lost);
                    CAPTURE(code == PaperCode::there);
                    const Outcome& wanted = expected(row, way, factors, code);
                    const Outcome got = Somebody(*shape, row.rule, factors, code).try_by(way);
                    CHECK(got.word == wanted.word);
                    CHECK(got.assurance == wanted.assurance);
                    CHECK(got.told == wanted.told);
                    ++cells;
                }
            }
        }
    }
    CHECK(cells == 3 * shapes().size() * 5 * 2 * 2);
}

}  // namespace
}  // namespace latchkey::accounts
