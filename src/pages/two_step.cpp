// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/two_step.hpp"

#include "pages/authenticator_app.hpp"
#include "pages/handlers.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_in_page.hpp"

#include <utility>

namespace latchkey::pages {
namespace {

constexpr std::string_view security_page = "/settings/security";

bool is_page(const Visit& visit) {
    return visit.request.representation == http::Representation::html;
}

/// What stands between the person and a change, for the page that asks first.
struct Hindrance {
    bool needs_proof = false;
    bool is_frozen = false;
};

Hindrance hindrance_of(const accounts::Result<void>& checked) {
    if (checked) return {};
    return {
        .needs_proof = checked.error() == accounts::Refusal::proof_too_old,
        .is_frozen = checked.error() == accounts::Refusal::frozen_after_recovery,
    };
}

/// A page of one question. `change` says what would be decided now.
http::Response respond_question(
    const Visit& visit,
    std::string_view template_name,
    const accounts::Result<void>& change,
    int status = 200
) {
    const Hindrance hindrance = hindrance_of(change);
    json::Value model = json::object({
        {"needs_proof", hindrance.needs_proof},
        {"frozen", hindrance.is_frozen},
        {"last", !change && change.error() == accounts::Refusal::last_factor},
        {"path", visit.request.path},
    });
    return respond(visit, template_name, std::move(model), status);
}

/// Whether the app could be turned off now; the rest is the decision's own.
accounts::Result<void> check_turn_off(const accounts::Acting& who, TimePoint now) {
    if (who.account.factors < 2) return Fail{accounts::Refusal::last_factor};
    return accounts::check_sensitive_change(who, now);
}

http::Outcome refuse(
    const VisitPtr& visit, std::string_view template_name, accounts::Refusal refusal
) {
    const bool has_a_page = refusal == accounts::Refusal::last_factor ||
                            refusal == accounts::Refusal::proof_too_old ||
                            refusal == accounts::Refusal::frozen_after_recovery;
    if (!has_a_page || !is_page(*visit)) return respond_refusal(*visit, refusal);
    return respond_question(*visit, template_name, Fail{refusal}, error_of(refusal).status);
}

}  // namespace

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
    return save_change(visit, std::move(*decided), std::move(tokens), [visit, codes] {
        return respond_recovery_codes(*visit, *codes, "/settings/security?message=app_on");
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
    if (!who.steps.app) return respond_refusal(*visit, accounts::Refusal::not_yours);
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

}  // namespace latchkey::pages
