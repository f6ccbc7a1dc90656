// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/two_step.hpp"

#include "accounts/acting.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/settings_question.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {}  // namespace

http::Outcome get_app(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    if (who.steps.app) return http::see_other(security_page);
    const auto checked = accounts::check_sensitive_change(who, visit->services.clock.now());
    if (!checked) return respond_question(*visit, "turn_on_app", checked);
    return respond_new_app(*visit, OfferedTo::session);
}

/// The first code of the app turns it on, with a set of recovery codes.
http::Outcome post_app(VisitPtr visit) {
    const Services& services = visit->services;
    const auto confirmed = read_first_code(*visit, OfferedTo::session);
    if (!confirmed) return confirmed.error();
    const accounts::Acting who = load_acting(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));
    auto codes = std::make_shared<RecoveryCodes>(  // shown after the commit
        make_recovery_codes(services, who.account.id)
    );
    auto decided = accounts::turn_on_app(
        who,
        make_app(*visit, tokens->fresh, who.account.id, *confirmed),
        codes->macs,
        visit->circumstances(),
        tokens->fresh
    );
    if (!decided) return refuse(visit, "turn_on_app", decided.error());
    const bool is_first = !accounts::asks_second_step(who.passkeys, who.steps);
    return save_change(visit, std::move(*decided), std::move(tokens), [visit, codes, is_first] {
        constexpr std::string_view next = "/settings/security?message=app_on";
        return is_first ? respond_recovery_codes(*visit, *codes, next) : http::see_other(next);
    });
}

http::Outcome get_turn_off_app(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    if (!who.steps.app) return respond_refusal(*visit, accounts::Refusal::not_yours);
    return respond_question(
        *visit, "turn_off_app", check_turn_off(who, visit->services.clock.now())
    );
}

http::Outcome post_turn_off_app(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::turn_off_app(load_acting(*visit), visit->circumstances(), tokens->fresh);
    if (!decided) return refuse(visit, "turn_off_app", decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return http::see_other("/settings/security?message=app_off");
    });
}

http::Outcome get_recovery_codes(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    if (!accounts::asks_second_step(who.passkeys, who.steps)) {
        return respond_refusal(*visit, accounts::Refusal::not_yours);
    }
    return respond_question(
        *visit,
        "new_recovery_codes",
        accounts::check_sensitive_change(who, visit->services.clock.now())
    );
}

http::Outcome post_recovery_codes(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto codes = std::make_shared<RecoveryCodes>(  // shown after the commit
        make_recovery_codes(visit->services, who.account.id)
    );
    auto decided =
        accounts::make_recovery_codes(who, codes->macs, visit->circumstances(), tokens->fresh);
    if (!decided) return refuse(visit, "new_recovery_codes", decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [visit, codes] {
        return respond_recovery_codes(*visit, *codes, "/settings/security?message=new_codes");
    });
}

/// Which second step is asked for first.
http::Outcome post_preferred_second_step(VisitPtr visit) {
    using accounts::SecondStep;
    const std::string_view way = visit->form.get("way");
    std::optional<SecondStep> second;
    if (way == "biometrics") second = SecondStep::biometrics;
    if (way == "app") second = SecondStep::authenticator_app;
    if (way == "text") second = SecondStep::text_message;
    if (!second) return respond_refusal(*visit, accounts::Refusal::not_yours);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::prefer_second_step(
        load_acting(*visit), *second, visit->circumstances(), tokens->fresh
    );
    if (!decided) return respond_refusal(*visit, decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return http::see_other("/settings/security?message=preferred");
    });
}

}  // namespace latchkey::pages
