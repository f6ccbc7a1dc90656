// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/phone.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/settings_question.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

/// What keeps a person from turning on a phone now: nobody is texted without a fresh proof.
std::optional<http::Outcome> turned_away(const VisitPtr& visit) {
    if (!visit->services.site.text_messages) {
        return respond_error(*visit, 404, "not_found", "no text messages");
    }
    const auto checked =
        accounts::check_sensitive_change(load_acting(*visit), visit->services.clock.now());
    if (checked) return std::nullopt;
    if (visit->request.method == http::Method::get) {
        return respond_question(*visit, "turn_on_app", checked);
    }
    return refuse(visit, "turn_on_app", checked.error());
}

http::Outcome turn_on(const VisitPtr& visit, const PendingText& pending) {
    const Services& services = visit->services;
    const accounts::Acting who = load_acting(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));
    auto codes = std::make_shared<RecoveryCodes>(  // shown after the commit
        make_recovery_codes(services, who.account.id)
    );
    auto decided = accounts::turn_on_phone(
        who,
        make_phone(*visit, tokens->fresh, who.account.id, pending.number),
        codes->macs,
        visit->circumstances(),
        tokens->fresh
    );
    if (!decided) return refuse(visit, "turn_on_app", decided.error());
    decided->changes.push_back(note_text_answered(*visit, pending.number));
    const bool is_first = !accounts::asks_second_step(who.passkeys, who.steps);
    return save_change(visit, std::move(*decided), std::move(tokens), [visit, codes, is_first] {
        constexpr std::string_view next = "/settings/security?message=phone_on";
        http::Response response =
            is_first ? respond_recovery_codes(*visit, *codes, next) : http::see_other(next);
        forget_pending_text(response);
        return response;
    });
}

}  // namespace

http::Outcome get_phone(VisitPtr visit) {
    if (auto away = turned_away(visit)) return *std::move(away);
    return respond_phone(*visit, OfferedTo::session);
}

http::Outcome post_phone(VisitPtr visit) {
    if (auto away = turned_away(visit)) return *std::move(away);
    return send_to_new_phone(visit, OfferedTo::session);
}

http::Outcome post_phone_code(VisitPtr visit) {
    if (auto away = turned_away(visit)) return *std::move(away);
    return confirm_new_phone(visit, OfferedTo::session, [visit](const PendingText& pending) {
        return turn_on(visit, pending);
    });
}

http::Outcome get_turn_off_phone(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    if (!who.steps.phone) return respond_refusal(*visit, accounts::Refusal::not_yours);
    return respond_question(
        *visit, "turn_off_app", check_turn_off(who, visit->services.clock.now())
    );
}

http::Outcome post_turn_off_phone(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::turn_off_phone(load_acting(*visit), visit->circumstances(), tokens->fresh);
    if (!decided) return refuse(visit, "turn_off_app", decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return http::see_other("/settings/security?message=phone_off");
    });
}

}  // namespace latchkey::pages
