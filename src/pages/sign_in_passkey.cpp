// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/assertion.hpp"
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

namespace latchkey::pages {
namespace {

/// Shared by what comes after the commit, whether it was made or refused.
using AssertedPtr = std::shared_ptr<const accounts::PasskeyAsserted>;

http::Response respond_refused(const Visit& visit, const AssertionRefused& refused) {
    if (!refused.unknown) return respond_sign_in(visit, refused.purpose, refused.error);
    // The credential is nobody's: the password manager may be told to forget it.
    json::Value model = sign_in_model(visit, refused.purpose);
    model.set("error", error_model(visit, refused.error));
    model.set("signal_unknown", unknown_signal(visit, *refused.unknown));
    return respond(visit, "sign_in", std::move(model), refused.error.status);
}

/// Loads what the decision needs, decides, saves. A commit that found newer rows is decided anew
/// on what stands there now, `tries` times in all.
http::Outcome decide_and_save(
    const VisitPtr& visit, const AssertedPtr& event, const accounts::Purpose& purpose, int tries
) {
    const Services& services = visit->services;
    auto tokens =
        std::make_shared<FreshTokens>(make_fresh(services));  // shared by both continuations
    const accounts::Circumstances at = circumstances_for(*visit, event->account.email);
    auto decided = accounts::decide(visit->state(), purpose, *event, at, tokens->fresh);
    if (!decided) return respond_sign_in(*visit, purpose, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens, event](store::Committed) -> http::Outcome {
                const accounts::Account& account = event->account;
                http::Response response =
                    decision->session ? respond_next(
                                            location_after(decision->return_to),
                                            signal_model(visit->services, account)
                                        )
                                      : respond_next(page_of(*decision->sign_in), std::nullopt);
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            .refused = [visit, event, purpose, tries](RefusedChange) -> http::Outcome {
                auto known = visit->services.store.find_passkey(event->passkey.record.id);
                if (!known || tries <= 1) {
                    return respond_sign_in(*visit, purpose, error_of(accounts::Refusal::expired));
                }
                auto again = std::make_shared<accounts::PasskeyAsserted>(*event);
                again->passkey = std::move(known->passkey);
                again->account = std::move(known->account);
                return decide_and_save(visit, std::move(again), purpose, tries - 1);
            },
        }
    );
}

}  // namespace

/// Continue with Passkey: an authentication ceremony ends here (7.2).
http::Outcome post_sign_in_passkey(VisitPtr visit) {
    auto assertion = read_assertion(*visit);
    if (!assertion) return respond_refused(*visit, assertion.error());
    auto event = std::make_shared<accounts::PasskeyAsserted>(accounts::PasskeyAsserted{
        .passkey = std::move(assertion->known.passkey),
        .account = std::move(assertion->known.account),
        .sign_count = assertion->sign_count,
        .backup_state = assertion->backup_state,
        .counter_rule = visit->services.site.counter_rule,
        .passkeys = {},
    });
    if (accounts::adds_factor(assertion->purpose.intent)) {
        event->passkeys = visit->services.store.list_passkeys(event->account.id);
    }
    return decide_and_save(visit, std::move(event), assertion->purpose, 3);
}

}  // namespace latchkey::pages
