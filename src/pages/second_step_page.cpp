// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/second_step_page.hpp"

#include "accounts/changes.hpp"
#include "accounts/holds.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/code_limits.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

using accounts::SecondStep;

bool is_usable(const std::optional<accounts::AuthenticatorApp>& app) {
    return app && app->failures < accounts::limits::app_failures;
}

bool has_biometrics(const AskedSecond& asked) {
    return std::ranges::any_of(asked.passkeys, accounts::is_second_factor);
}

/// Where the wait stands, for who cannot do the second step: one of the five views.
json::Value wait_model(const Visit& visit, const AskedSecond& asked) {
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

json::Value biometrics_model(const Visit& visit, const AskedSecond& asked) {
    return json::object({
        {"options",
         options_of(
             visit,
             {.use = CeremonyUse::second_step,
              .account = asked.account,
              .credentials = asked.passkeys}
         )},
        {"name", biometrics_in_words(visit.edition, visit.circumstances().browser)},
    });
}

json::Value model_of(const Visit& visit, const AskedSecond& asked, SecondStep way) {
    const bool has_app = is_usable(asked.steps.app);
    const bool has_text = is_usable(visit, asked.steps.phone);
    const bool has_recovery_codes = asked.steps.recovery_codes > 0;
    const bool is_waiting = way == SecondStep::waited;
    json::Value model = json::object({
        {"email", asked.account.email.text()},
        {"by_biometrics", way == SecondStep::biometrics},
        {"by_app", way == SecondStep::authenticator_app},
        {"by_text", way == SecondStep::text_message},
        {"by_recovery_code", way == SecondStep::recovery_code},
        {"by_wait", is_waiting},
        {"has_biometrics", has_biometrics(asked)},
        {"has_app", has_app},
        {"has_text", has_text},
        {"has_recovery_codes", has_recovery_codes},
        {"has_other",
         !is_waiting || has_biometrics(asked) || has_app || has_text || has_recovery_codes},
    });
    if (is_waiting) model.set("wait", wait_model(visit, asked));
    if (has_biometrics(asked)) model.set("biometrics", biometrics_model(visit, asked));
    if (way == SecondStep::text_message && has_text) {
        const accounts::PhoneNumber& number = asked.steps.phone->number;
        const auto pending = read_pending_text(visit, second_step_text);
        const bool is_sent = pending && pending->number == number;
        model.set("text", json::object({{"masked", number.masked()}, {"sent", is_sent}}));
    }
    return model;
}

/// The credential as it is now; nullopt: it has gone.
std::optional<accounts::BiometricsUse> loaded_anew(
    const Visit& visit, std::optional<accounts::BiometricsUse> use
) {
    if (!use) return std::nullopt;
    auto known = visit.services.store.find_passkey(use->credential.record.id);
    if (!known) return std::nullopt;
    use->credential = std::move(known->passkey);
    return use;
}

}  // namespace

std::optional<AskedSecond> load_asked_second(const Visit& visit) {
    store::Store& store = visit.services.store;
    const auto id = visit.needed_sign_in().account;
    if (!id) return std::nullopt;
    auto account = store.find_account(*id);
    if (!account) return std::nullopt;
    return AskedSecond{
        .account = std::move(*account),
        .passkeys = store.list_passkeys(*id),
        .steps = store.find_second_steps(*id),
    };
}

bool is_usable(const Visit& visit, const std::optional<accounts::Phone>& phone) {
    return phone && phone->failures < accounts::limits::phone_guesses &&
           may_text(visit, phone->number);
}

namespace {

bool can_take(const Visit& visit, const AskedSecond& asked, SecondStep way) {
    switch (way) {
        case SecondStep::biometrics:
            return has_biometrics(asked);
        case SecondStep::authenticator_app:
            return is_usable(asked.steps.app);
        case SecondStep::text_message:
            return is_usable(visit, asked.steps.phone);
        case SecondStep::recovery_code:
        case SecondStep::waited:
            break;
    }
    return false;
}

}  // namespace

SecondStep read_second_step(const Visit& visit, std::string_view name, const AskedSecond& asked) {
    if (name == "wait") return SecondStep::waited;
    if (name == "recovery-code") return SecondStep::recovery_code;
    if (name == "text") return SecondStep::text_message;
    if (name == "app") return SecondStep::authenticator_app;
    if (name == "biometrics") return SecondStep::biometrics;
    if (asked.steps.preferred && can_take(visit, asked, *asked.steps.preferred)) {
        return *asked.steps.preferred;
    }
    for (const SecondStep way :
         {SecondStep::biometrics, SecondStep::authenticator_app, SecondStep::text_message}) {
        if (can_take(visit, asked, way)) return way;
    }
    return asked.steps.recovery_codes > 0 ? SecondStep::recovery_code : SecondStep::waited;
}

http::Response respond_second(const Visit& visit, const AskedSecond& asked, SecondStep way) {
    return respond(visit, "second_step", model_of(visit, asked, way));
}

http::Response respond_second(
    const Visit& visit, const AskedSecond& asked, SecondStep way, const SignInError& error
) {
    json::Value model = model_of(visit, asked, way);
    model.set("error", error_model(visit, error));
    return respond(visit, "second_step", std::move(model), error.status);
}

http::Response respond_second_gone(const Visit& visit) {
    return respond_error(visit, 409, "sign_in_expired", "the account is gone");
}

http::Outcome go_on_after_second(
    const VisitPtr& visit,
    SecondStep by,
    int tries,
    std::optional<accounts::BiometricsUse> biometrics
) {
    const Services& services = visit->services;
    auto asked = load_asked_second(*visit);
    if (!asked) return respond_second_gone(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::decide(
        accounts::SecondMatched{
            .sign_in = visit->needed_sign_in(),
            .by = by,
            .account = asked->account,
            .passkeys = asked->passkeys,
            .steps = asked->steps,
            .recovery = services.site.recovery.rule,
            .biometrics = biometrics,
        },
        circumstances_for(*visit, asked->account.email),
        tokens->fresh
    );
    if (!decided) return respond_second(*visit, *asked, by, error_of(decided.error()));
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
            .refused = [visit, by, tries, biometrics = std::move(biometrics)](RefusedChange refused
                       ) -> http::Outcome {
                const bool is_over = refused.is<accounts::FinishSignIn>();
                if (tries > 1 && !is_over) {
                    return go_on_after_second(
                        visit, by, tries - 1, loaded_anew(*visit, biometrics)
                    );
                }
                return respond_error(*visit, 409, "sign_in_expired", "it went on elsewhere");
            },
        }
    );
}

}  // namespace latchkey::pages
