// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/policy.hpp"
#include "accounts/recovery_codes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/second_step_page.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

using accounts::SecondStep;

/// A guess at the code that was sent to the phone, which counts on the phone, too.
std::vector<accounts::Change> read_text_guess(const Visit& visit, const AskedSecond& asked) {
    const auto pending = read_pending_text(visit, second_step_text);
    const auto& phone = asked.steps.phone;
    if (!pending || !phone || pending->number != phone->number) return {};
    const auto guess = pages::read_text_guess(visit, second_step_text, *pending);
    if (!guess) return {};
    return {
        accounts::CountPhoneGuess{.phone = phone->id, .limit = accounts::limits::phone_guesses},
        *guess
    };
}

/// The guess as what counts, compares and spends it; empty: not a code at all.
std::vector<accounts::Change> read_guess(
    const Visit& visit, const AskedSecond& asked, SecondStep way
) {
    const Services& services = visit.services;
    if (way == SecondStep::text_message) return read_text_guess(visit, asked);
    const std::string_view typed = visit.form.get("code");
    if (way == SecondStep::recovery_code) {
        const auto code = accounts::parse_recovery_code(typed);
        if (!code) return {};
        return {accounts::SpendRecoveryCode{
            .account = asked.account.id,
            .mac = accounts::recovery_code_mac(services.pepper, asked.account.id, code->reveal()),
        }};
    }
    const auto code = accounts::parse_code(typed, accounts::limits::totp_digits);
    if (!code || !asked.steps.app) return {};
    const accounts::AuthenticatorApp& app = *asked.steps.app;
    const TimePoint now = services.clock.now();
    const auto secret = open_app_secret(services, app);
    if (!secret) {
        services.log({"app_secret_unreadable", visit.request.id, "another key file, or altered"});
    }
    return {accounts::SpendAppCode{
        .app = app.id,
        .step = secret ? accounts::match_totp(secret->reveal(), *code, app.last_step, now)
                       : std::nullopt,
        .limit = accounts::limits::app_failures,
        .now = now,
    }};
}

/// A refused first commit: the limits stand first, the guess itself last.
http::Response respond_not_tried(
    const Visit& visit, const AskedSecond& asked, SecondStep way, RefusedChange refused
) {
    if (refused.is<accounts::SpendAppCode>()) {
        return respond_second(
            visit, asked, way, {.status = 422, .code = "app_off", .reason = "too many failures"}
        );
    }
    if (refused.is<accounts::CountPhoneGuess>()) {
        return respond_second(
            visit, asked, way, {.code = "phone_off", .reason = "too many failures"}
        );
    }
    if (refused.is<accounts::SpendAttempt>()) {
        const auto pending = read_pending_text(visit, second_step_text);
        return respond_second(visit, asked, way, error_of_text(visit, pending.value()));
    }
    return respond_second(
        visit,
        asked,
        way,
        {
            .status = 429,
            .code = "too_many",
            .reason = "second steps",
            .wait = second_step_wait(visit, asked.account.email, refused.index()),
        }
    );
}

/// A wrong code is logged, and told when it is not the first: who guesses has the first proof.
http::Outcome note_wrong(
    const VisitPtr& visit, const AskedSecond& asked, SecondStep way, std::uint32_t in_a_row
) {
    const FreshTokens tokens = make_fresh(visit->services);
    accounts::Decision decision = accounts::note_wrong_second_step(
        asked.account, in_a_row, visit->circumstances(), tokens.fresh
    );
    add_notices(*visit, decision.changes, decision.notices);
    const auto respond_wrong = [visit, asked, way] {
        return respond_second(
            *visit, asked, way, {.status = 422, .code = "wrong", .reason = "wrong second step"}
        );
    };
    return save(
        visit,
        std::move(decision.changes),
        {
            .committed = [respond_wrong](store::Committed) -> http::Outcome {
                return respond_wrong();
            },
            // Signed out everywhere meanwhile: the code was wrong all the same.
            .refused = [respond_wrong](RefusedChange) -> http::Outcome { return respond_wrong(); },
        }
    );
}

/// How many wrong codes that was: a phone counts over all the codes that were sent to it.
std::uint32_t in_a_row(
    const Visit& visit, const AskedSecond& asked, SecondStep way, const store::Spent& spent
) {
    if (way == SecondStep::authenticator_app) return spent.attempts;
    // A recovery code has no count of its own.
    if (way == SecondStep::recovery_code) return second_steps_lately(visit, asked.account.email);
    const auto phone = visit.services.store.find_second_steps(asked.account.id).phone;
    return phone ? phone->failures : spent.attempts;
}

/// A signature over a challenge of this sign-in alone: there is nothing to guess or to count, and
/// the commit that ends the sign-in spends it.
http::Outcome take_biometrics(const VisitPtr& visit, const AskedSecond& asked) {
    auto use = read_biometrics_use(
        *visit,
        {.use = CeremonyUse::second_step, .account = asked.account, .credentials = asked.passkeys}
    );
    if (!use) return respond_second(*visit, asked, SecondStep::biometrics, use.error());
    return go_on_after_second(visit, SecondStep::biometrics, 3, std::move(*use));
}

}  // namespace

http::Outcome get_second_step(VisitPtr visit) {
    const auto asked = load_asked_second(*visit);
    if (!asked) return respond_second_gone(*visit);
    return respond_second(
        *visit, *asked, read_second_step(*visit, visit->request.query.get("way"), *asked)
    );
}

/// A guess: counted and compared in one commit that is never undone, used in a second one.
http::Outcome post_second_step(VisitPtr visit) {
    auto asked = load_asked_second(*visit);
    if (!asked) return respond_second_gone(*visit);
    const SecondStep way = read_second_step(*visit, visit->form.get("way"), *asked);
    if (way == SecondStep::waited) return go_on_after_second(visit, way, 3);  // nothing to guess
    if (way == SecondStep::biometrics) return take_biometrics(visit, *asked);
    auto guess = read_guess(*visit, *asked, way);
    if (guess.empty()) {
        return respond_second(
            *visit, *asked, way, {.status = 422, .code = "malformed", .reason = "not a code"}
        );
    }
    std::vector<accounts::Change> changes = second_step_limits(*visit, asked->account.email);
    std::ranges::move(guess, std::back_inserter(changes));
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, asked = *asked, way](store::Committed committed) -> http::Outcome {
                const store::Spent spent = committed.spent.at(0);
                if (spent.right) return go_on_after_second(visit, way, 3);
                return note_wrong(visit, asked, way, in_a_row(*visit, asked, way, spent));
            },
            .refused = [visit, asked = *asked, way](RefusedChange refused) -> http::Outcome {
                return respond_not_tried(*visit, asked, way, refused);
            },
        }
    );
}

/// Sends a code to the account's phone. Never by itself: each message has been asked for.
http::Outcome post_sign_in_text(VisitPtr visit) {
    const auto asked = load_asked_second(*visit);
    if (!asked) return respond_second_gone(*visit);
    if (!is_usable(*visit, asked->steps.phone)) {
        return respond_second(
            *visit, *asked, SecondStep::text_message, {.code = "phone_off", .reason = "no phone"}
        );
    }
    return send_text_code(
        visit,
        {
            .number = asked->steps.phone->number,
            .use = second_step_text,
            .page = "/sign-in/second-step?way=text",
            .refuse = [visit, asked = *asked](const SignInError& error
                      ) { return respond_second(*visit, asked, SecondStep::text_message, error); },
        }
    );
}

}  // namespace latchkey::pages
