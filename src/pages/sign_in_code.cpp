// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/codes.hpp"
#include "accounts/events.hpp"
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::int64_t code_minutes = accounts::limits::email_code_lifetime.count() / 60;

http::Response respond_code(
    const Visit& visit, std::optional<json::Value> error = std::nullopt, int status = 200
) {
    json::Value model = json::object({
        {"masked_email", visit.needed_code().email.masked()},
        {"minutes", code_minutes},
    });
    if (error) model.set("error", std::move(*error));
    return respond(visit, "code", std::move(model), status);
}

http::Response respond_code_error(const Visit& visit, const SignInError& error) {
    return respond_code(visit, error_model(visit, error), error.status);
}

http::Response respond_wrong(const Visit& visit, std::uint32_t attempts) {
    const std::uint32_t limit = accounts::limits::attempts_per_code;
    if (attempts >= limit) {
        return respond_code_error(visit, {.status = 422, .code = "ended", .reason = "five wrong"});
    }
    json::Value error =
        error_model(visit, {.status = 422, .code = "wrong", .reason = "wrong code"});
    error.set("tries_left", limit - attempts);
    error.set("one_left", limit - attempts == 1);
    return respond_code(visit, std::move(error), 422);
}

/// The owner finds it in the activity of the account. Without an account it is logged too: nobody
/// shall tell by the answer, or the time that it takes, whether there is one.
http::Outcome log_wrong(const VisitPtr& visit, std::uint32_t attempts) {
    const Services& services = visit->services;
    const auto code = services.store.find_code(visit->needed_code().code);
    const accounts::Circumstances at = visit->circumstances();
    std::vector<accounts::Change> changes;
    changes.emplace_back(accounts::AppendEvent{accounts::Event{
        .id = accounts::EventId(services.store.next_id()),
        .at = at.now,
        .kind = accounts::EventKind::code_wrong,
        .account = code ? code->account : std::nullopt,
        .network = at.network,
        .browser = at.browser,
        .detail = "",
    }});
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, attempts](store::Committed) -> http::Outcome {
                return respond_wrong(*visit, attempts);
            },
            .refused = [visit, attempts](RefusedChange) -> http::Outcome {
                return respond_wrong(*visit, attempts);  // the account is gone meanwhile
            },
        }
    );
}

/// A refused first commit: a limit stands first, the code itself last.
http::Response respond_not_tried(const Visit& visit, RefusedChange refused) {
    if (refused.is<accounts::SpendAttempt>()) {
        const auto code = visit.services.store.find_code(visit.needed_code().code);
        const bool is_expired = !code || visit.services.clock.now() >= code->expires_at;
        return respond_code_error(
            visit,
            {.status = 422, .code = is_expired ? "expired" : "ended", .reason = "code is over"}
        );
    }
    return respond_code_error(
        visit,
        {
            .status = 429,
            .code = "too_many",
            .reason = "guesses",
            .wait = guessing_wait(visit, visit.needed_code().email, refused.index()),
        }
    );
}

/// The code was right and is spent: what that leads to, decided on what stands there now.
http::Outcome go_on(const VisitPtr& visit, int tries) {
    const Services& services = visit->services;
    const PendingCode& pending = visit->needed_code();
    auto code = services.store.find_code(pending.code);
    if (!code) return respond_code_error(*visit, error_of(accounts::Refusal::expired));
    accounts::CodeMatched event{
        .code = *code,
        .email = pending.email,
        .account = services.store.find_account(pending.email),
        .passkeys = {},
        .steps = {},
        .may_sign_up = false,
        .recovery = services.site.recovery.rule,
    };
    if (event.account) {
        event.passkeys = services.store.list_passkeys(event.account->id);
        event.steps = services.store.find_second_steps(event.account->id);
    }
    const accounts::Circumstances at = circumstances_for(*visit, pending.email);
    event.may_sign_up = accounts::may_sign_up(
        services.site.sign_up,
        pending.email,
        services.store.is_invited(pending.email, at.now) ? accounts::Invitation::open
                                                         : accounts::Invitation::none
    );

    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::decide(
        accounts::SignInState::identified, pending.purpose, event, at, tokens->fresh
    );
    if (!decided) return respond_sign_in(*visit, pending.purpose, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                http::Response response = http::see_other(next_location(*decision));
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            .refused = [visit, tries](RefusedChange) -> http::Outcome {
                if (tries > 1) return go_on(visit, tries - 1);
                return respond_sign_in(
                    *visit, visit->needed_code().purpose, error_of(accounts::Refusal::expired)
                );
            },
        }
    );
}

}  // namespace

http::Outcome get_sign_in_code(VisitPtr visit) {
    return respond_code(*visit);
}

/// A guess: counted and compared in one commit that is never undone, used in a second one.
http::Outcome post_sign_in_code(VisitPtr visit) {
    const Services& services = visit->services;
    const PendingCode& pending = visit->needed_code();
    const auto typed =
        accounts::parse_code(visit->form.get("code"), accounts::limits::email_code_digits);
    if (!typed) {
        return respond_code_error(
            *visit, {.status = 422, .code = "malformed", .reason = "not eight digits"}
        );
    }
    std::vector<accounts::Change> changes = guessing_limits(*visit, pending.email);
    changes.emplace_back(accounts::SpendAttempt{
        .code = pending.code,
        .mac = accounts::email_code_mac(
            services.pepper, pending.code, pending.email, visit->browser_id, *typed
        ),
        .limit = accounts::limits::attempts_per_code,
        .now = services.clock.now(),
    });
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit](store::Committed committed) -> http::Outcome {
                const store::Spent spent = committed.spent.at(0);
                return spent.right ? go_on(visit, 3) : log_wrong(visit, spent.attempts);
            },
            .refused = [visit](RefusedChange refused) -> http::Outcome {
                return respond_not_tried(*visit, refused);
            },
        }
    );
}

}  // namespace latchkey::pages
