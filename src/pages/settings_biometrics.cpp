// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/acting.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/two_step.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/settings_question.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <utility>

// Turning biometrics off. They are turned on in a sign-in only (sign_in_add_biometrics.cpp).
namespace latchkey::pages {
namespace {

accounts::PublicId credential_in_path(const Visit& visit) {
    return accounts::PublicId(visit.request.path_parameters.at(0));
}

}  // namespace

http::Outcome get_turn_off_biometrics(VisitPtr visit) {
    const accounts::Acting who = load_acting(*visit);
    if (accounts::find_second_factor(who.passkeys, credential_in_path(*visit)) == nullptr) {
        return respond_refusal(*visit, accounts::Refusal::not_yours);
    }
    return respond_question(
        *visit, "turn_off_app", check_turn_off(who, visit->services.clock.now())
    );
}

http::Outcome post_turn_off_biometrics(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided = accounts::turn_off_biometrics(
        load_acting(*visit), credential_in_path(*visit), visit->circumstances(), tokens->fresh
    );
    if (!decided) return refuse(visit, "turn_off_app", decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return http::see_other("/settings/security?message=biometrics_off");
    });
}

}  // namespace latchkey::pages
