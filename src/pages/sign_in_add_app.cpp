// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/policy.hpp"
#include "accounts/sign_in.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/code_limits.hpp"
#include "pages/enrolment_end.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <utility>

namespace latchkey::pages {

/// Secure your account with an authenticator app. Every visit shows another secret.
http::Outcome get_add_app(VisitPtr visit) {
    // Who has an account has a factor: there, an app is turned on in Settings.
    if (visit->needed_sign_in().account) return http::see_other("/sign-in/add-passkey");
    return respond_new_app(*visit, OfferedTo::sign_in);
}

/// The first code of the app: with it the account comes into being, and the sign-in ends.
http::Outcome post_add_app(VisitPtr visit) {
    const Services& services = visit->services;
    const auto confirmed = read_first_code(*visit, OfferedTo::sign_in);
    if (!confirmed) return confirmed.error();
    const auto tokens =
        std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    const auto codes = std::make_shared<RecoveryCodes>(       // shown by the continuation
        make_recovery_codes(services, tokens->fresh.account)
    );
    auto decided = accounts::decide(
        accounts::AppConfirmed{
            .sign_in = visit->needed_sign_in(),
            .app = make_app(*visit, tokens->fresh, tokens->fresh.account, *confirmed),
            .recovery_codes = codes->macs,
            .needs_invite = services.site.sign_up.who == accounts::SignUp::invite,
        },
        circumstances_for(*visit, visit->needed_sign_in().email),
        tokens->fresh
    );
    return end_enrolment(visit, std::move(decided), tokens, codes);
}

}  // namespace latchkey::pages
