// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/account_changes.hpp"
#include "accounts/acting.hpp"
#include "accounts/policy.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_out.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <memory>
#include <string_view>
#include <utility>

// Delete my account: asked for with a fresh proof, done after a wait, stopped by a sign-in.
namespace latchkey::pages {
namespace {

constexpr std::string_view path = "/settings/delete";

}  // namespace

http::Outcome get_delete_account(VisitPtr visit) {
    const TimePoint deletes_at = visit->services.clock.now() + accounts::limits::deletion_wait;
    json::Value model = json::object({
        {"email", visit->needed_session().account.email.text()},
        {"deletes", day_in_words(visit->edition, deletes_at)},
    });
    add_hindrance(
        path,
        accounts::check_sensitive_change(load_acting(*visit), visit->services.clock.now()),
        model
    );
    return respond(*visit, "delete_account", std::move(model));
}

http::Outcome post_delete_account(VisitPtr visit) {
    auto tokens = std::make_shared<FreshTokens>(make_fresh(visit->services));
    auto decided =
        accounts::ask_deletion(load_acting(*visit), visit->circumstances(), tokens->fresh);
    if (!decided) return respond_refused_change(*visit, path, decided.error());
    return save_change(visit, std::move(*decided), std::move(tokens), [] {
        return leave("/signed-out?message=deletion");
    });
}

}  // namespace latchkey::pages
