// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/restoring.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/options.hpp"
#include "pages/assertion.hpp"
#include "pages/ceremonies.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

// A passkey that was suspended goes back to its owner: after the code to the address, the passkey
// itself.
namespace latchkey::pages {
namespace {

json::Value restore_model(const Visit& visit) {
    const Services& services = visit.services;
    const accounts::Purpose purpose{.intent = accounts::Intent::restore, .return_to = {}};
    const Ceremonies::Issued issued = services.ceremonies.issue(visit.browser_id, purpose);
    const auto ceremony = webauthn::AuthenticationCeremony::discoverable(issued.challenge);
    return json::object({
        {"email", visit.needed_sign_in().email.text()},
        {"ceremony", issued.sealed},
        {"options", webauthn::issue_authentication(relying_party(services.site), ceremony)},
    });
}

http::Response respond_restore(const Visit& visit, const SignInError& error) {
    json::Value model = restore_model(visit);
    model.set("error", error_model(visit, error));
    return respond(visit, "restore", std::move(model), error.status);
}

}  // namespace

http::Outcome get_restore(VisitPtr visit) {
    return respond(*visit, "restore", restore_model(*visit));
}

http::Outcome post_restore(VisitPtr visit) {
    const Services& services = visit->services;
    const auto assertion = read_assertion(*visit);
    if (!assertion) return respond_restore(*visit, assertion.error().error);
    // A challenge that was issued to sign in restores nothing.
    if (assertion->purpose.intent != accounts::Intent::restore) {
        return respond_restore(
            *visit, {.status = 422, .code = "challenge_expired", .reason = "another purpose"}
        );
    }
    const accounts::SignIn& sign_in = visit->needed_sign_in();
    accounts::PasskeyRestored event{
        .sign_in = sign_in,
        .passkey = assertion->known.passkey,
        .account = std::nullopt,
        .passkeys = {},
        .sign_count = assertion->sign_count,
        .backup_state = assertion->backup_state,
        .counter_rule = services.site.counter_rule,
    };
    if (sign_in.account) {
        event.account = services.store.find_account(*sign_in.account);
        event.passkeys = services.store.list_passkeys(*sign_in.account);
    }
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::decide(event, visit->circumstances(), tokens->fresh);
    if (!decided) return respond_restore(*visit, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                http::Response next =
                    respond_next("/settings/security?message=restored", std::nullopt);
                set_cookies_of(*visit, *decision, *tokens, next);
                set_known_cookie(*visit, visit->needed_sign_in().email, next);
                return next;
            },
            .refused = [visit](RefusedChange) -> http::Outcome {
                return respond_restore(*visit, error_of(accounts::Refusal::expired));
            },
        }
    );
}

}  // namespace latchkey::pages
