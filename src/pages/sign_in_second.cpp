// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/holds.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/recovery_codes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/text_messages.hpp"
#include "accounts/totp.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

using accounts::SecondStep;

constexpr TextUse text_use{
    .purpose = accounts::TextCodePurpose::second_step, .to = OfferedTo::sign_in
};

/// Whose second step it is, and with what it can be taken.
struct Asked {
    accounts::Account account;
    accounts::SecondSteps steps;
};

/// nullopt: the account is gone.
std::optional<Asked> load(const Visit& visit) {
    store::Store& store = visit.services.store;
    const auto id = visit.needed_sign_in().account;
    if (!id) return std::nullopt;
    auto account = store.find_account(*id);
    if (!account) return std::nullopt;
    auto steps = store.find_second_steps(account->id);
    return Asked{.account = std::move(*account), .steps = std::move(steps)};
}

bool is_usable(const std::optional<accounts::AuthenticatorApp>& app) {
    return app && app->failures < accounts::limits::app_failures;
}

bool is_usable(const Visit& visit, const std::optional<accounts::Phone>& phone) {
    return phone && phone->failures < accounts::limits::phone_guesses &&
           may_text(visit, phone->number);
}

/// The way that was asked for, else the app: it comes first.
SecondStep read_way(const Visit& visit, std::string_view name, const accounts::SecondSteps& steps) {
    if (name == "wait") return SecondStep::waited;
    if (name == "recovery-code") return SecondStep::recovery_code;
    if (name == "text") return SecondStep::text_message;
    if (name == "app" || is_usable(steps.app)) return SecondStep::authenticator_app;
    if (is_usable(visit, steps.phone)) return SecondStep::text_message;
    return steps.recovery_codes > 0 ? SecondStep::recovery_code : SecondStep::waited;
}

/// Where the wait stands, for who cannot do the second step: one of the five views.
json::Value wait_model(const Visit& visit, const Asked& asked) {
    const accounts::RecoveryPolicy& policy = visit.services.site.recovery;
    const TimePoint now = visit.services.clock.now();
    const auto& hold = asked.steps.hold;
    const bool is_granted = hold && hold->by_operator;
    const bool is_strict = policy.rule == accounts::Recovery::strict && !is_granted;
    const bool is_there = !is_strict && accounts::has_hold(asked.account, asked.steps, now);
    const bool is_over = is_there && now >= hold->ends_at;
    const bool is_ready = is_over && visit.sign_in->proved_at >= hold->ends_at;
    json::Value model = json::object({
        {"strict", is_strict},
        {"none", !is_strict && !is_there},
        {"running", is_there && !is_over},
        {"again", is_over && !is_ready},
        {"ready", is_ready},
        {"long", wait_in_words(visit.edition, policy.wait)},
    });
    if (is_there) model.set("ends", time_in_words(visit.edition, hold->ends_at));
    return model;
}

http::Response respond_gone(const Visit& visit) {
    return respond_error(visit, 409, "sign_in_expired", "the account is gone");
}

http::Response respond_second(
    const Visit& visit,
    const Asked& asked,
    SecondStep way,
    std::optional<json::Value> error = std::nullopt,
    int status = 200
) {
    const bool has_app = is_usable(asked.steps.app);
    const bool has_text = is_usable(visit, asked.steps.phone);
    const bool has_recovery_codes = asked.steps.recovery_codes > 0;
    const bool is_waiting = way == SecondStep::waited;
    json::Value model = json::object({
        {"email", asked.account.email.text()},
        {"by_app", way == SecondStep::authenticator_app},
        {"by_text", way == SecondStep::text_message},
        {"by_recovery_code", way == SecondStep::recovery_code},
        {"by_wait", is_waiting},
        {"has_app", has_app},
        {"has_text", has_text},
        {"has_recovery_codes", has_recovery_codes},
        {"has_other", !is_waiting || has_app || has_text || has_recovery_codes},
    });
    if (is_waiting) model.set("wait", wait_model(visit, asked));
    if (way == SecondStep::text_message && has_text) {
        const accounts::PhoneNumber& number = asked.steps.phone->number;
        const auto pending = read_pending_text(visit, text_use);
        const bool is_sent = pending && pending->number == number;
        model.set("text", json::object({{"masked", number.masked()}, {"sent", is_sent}}));
    }
    if (error) model.set("error", std::move(*error));
    return respond(visit, "second_step", std::move(model), status);
}

http::Response respond_second_error(
    const Visit& visit, const Asked& asked, SecondStep way, const SignInError& error
) {
    return respond_second(visit, asked, way, error_model(visit, error), error.status);
}

/// A guess at the code that was sent to the phone, which counts on the phone, too.
std::vector<accounts::Change> read_text_guess(const Visit& visit, const Asked& asked) {
    const auto pending = read_pending_text(visit, text_use);
    const auto& phone = asked.steps.phone;
    if (!pending || !phone || pending->number != phone->number) return {};
    const auto guess = pages::read_text_guess(visit, text_use, *pending);
    if (!guess) return {};
    return {
        accounts::CountPhoneGuess{.phone = phone->id, .limit = accounts::limits::phone_guesses},
        *guess
    };
}

/// The guess as what counts, compares and spends it; empty: not a code at all.
std::vector<accounts::Change> read_guess(const Visit& visit, const Asked& asked, SecondStep way) {
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
    const Visit& visit, const Asked& asked, SecondStep way, RefusedChange refused
) {
    if (refused.is<accounts::SpendAppCode>()) {
        return respond_second_error(
            visit, asked, way, {.status = 422, .code = "app_off", .reason = "too many failures"}
        );
    }
    if (refused.is<accounts::CountPhoneGuess>()) {
        return respond_second_error(
            visit, asked, way, {.code = "phone_off", .reason = "too many failures"}
        );
    }
    if (refused.is<accounts::SpendAttempt>()) {
        const auto pending = read_pending_text(visit, text_use);
        return respond_second_error(visit, asked, way, error_of_text(visit, pending.value()));
    }
    return respond_second_error(
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
    const VisitPtr& visit, const Asked& asked, SecondStep way, std::uint32_t in_a_row
) {
    const FreshTokens tokens = make_fresh(visit->services);
    accounts::Decision decision = accounts::note_wrong_second_step(
        asked.account, in_a_row, visit->circumstances(), tokens.fresh
    );
    add_notices(*visit, decision.changes, decision.notices);
    const auto respond_wrong = [visit, asked, way] {
        return respond_second_error(
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
    const Visit& visit, const Asked& asked, SecondStep way, const store::Spent& spent
) {
    if (way == SecondStep::authenticator_app) return spent.attempts;
    // A recovery code has no count of its own.
    if (way == SecondStep::recovery_code) return second_steps_lately(visit, asked.account.email);
    const auto phone = visit.services.store.find_second_steps(asked.account.id).phone;
    return phone ? phone->failures : spent.attempts;
}

/// The code was right and is spent: what that leads to, decided on what stands there now.
http::Outcome go_on(const VisitPtr& visit, SecondStep by, int tries) {
    const Services& services = visit->services;
    auto asked = load(*visit);
    if (!asked) return respond_gone(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::decide(
        accounts::SecondMatched{
            .sign_in = visit->needed_sign_in(),
            .by = by,
            .account = asked->account,
            .passkeys = services.store.list_passkeys(asked->account.id),
            .steps = asked->steps,
            .recovery = services.site.recovery.rule,
        },
        circumstances_for(*visit, asked->account.email),
        tokens->fresh
    );
    if (!decided) return respond_second_error(*visit, *asked, by, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    if (by == SecondStep::text_message) {
        changes.push_back(note_text_answered(*visit, asked->steps.phone->number));
    }
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                http::Response response = http::see_other(next_location(*decision));
                set_cookies_of(*visit, *decision, *tokens, response);
                forget_pending_text(response);
                return response;
            },
            .refused = [visit, by, tries](RefusedChange refused) -> http::Outcome {
                const bool is_over = refused.is<accounts::FinishSignIn>();
                if (tries > 1 && !is_over) return go_on(visit, by, tries - 1);
                return respond_error(*visit, 409, "sign_in_expired", "it went on elsewhere");
            },
        }
    );
}

}  // namespace

http::Outcome get_second_step(VisitPtr visit) {
    const auto asked = load(*visit);
    if (!asked) return respond_gone(*visit);
    return respond_second(
        *visit, *asked, read_way(*visit, visit->request.query.get("way"), asked->steps)
    );
}

/// A guess: counted and compared in one commit that is never undone, used in a second one.
http::Outcome post_second_step(VisitPtr visit) {
    auto asked = load(*visit);
    if (!asked) return respond_gone(*visit);
    const SecondStep way = read_way(*visit, visit->form.get("way"), asked->steps);
    if (way == SecondStep::waited) return go_on(visit, way, 3);  // there is nothing to guess
    auto guess = read_guess(*visit, *asked, way);
    if (guess.empty()) {
        return respond_second_error(
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
                if (spent.right) return go_on(visit, way, 3);
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
    const auto asked = load(*visit);
    if (!asked) return respond_gone(*visit);
    if (!is_usable(*visit, asked->steps.phone)) {
        return respond_second_error(
            *visit, *asked, SecondStep::text_message, {.code = "phone_off", .reason = "no phone"}
        );
    }
    return send_text_code(
        visit,
        {
            .number = asked->steps.phone->number,
            .use = text_use,
            .page = "/sign-in/second-step?way=text",
            .refuse =
                [visit, asked = *asked](const SignInError& error) {
                    return respond_second_error(*visit, asked, SecondStep::text_message, error);
                },
        }
    );
}

}  // namespace latchkey::pages
