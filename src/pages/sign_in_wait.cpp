// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/holds.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/code_limits.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// "I can't do this": the wait of who has a first proof only.
namespace latchkey::pages {
namespace {

constexpr std::string_view wait_page = "/sign-in/second-step?way=wait";

http::Response respond_refused(const Visit& visit, accounts::Refusal refusal) {
    const SignInError error = error_of(refusal);
    return respond_error(visit, error.status, error.code, error.reason);
}

}  // namespace

http::Outcome post_sign_in_wait(VisitPtr visit) {
    const Services& services = visit->services;
    const accounts::SignIn& sign_in = *visit->sign_in;
    std::optional<accounts::Account> account;
    if (sign_in.account) account = services.store.find_account(*sign_in.account);
    auto tokens = std::make_shared<FreshTokens>(make_fresh(services));  // used by the continuation
    auto decided = accounts::start_hold(
        {.sign_in = sign_in, .account = account, .policy = services.site.recovery},
        visit->circumstances(),
        tokens->fresh
    );
    if (!decided) return respond_refused(*visit, decided.error());
    // A second click finds what the first one began.
    const auto steps = services.store.find_second_steps(account->id);
    if (accounts::has_hold(*account, steps, services.clock.now())) {
        return http::see_other(wait_page);
    }
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = hold_limits(*visit, account->email);
    std::ranges::move(decision->changes, std::back_inserter(changes));
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                http::Response response = http::see_other(wait_page);
                set_cookies_of(*visit, *decision, *tokens, response);
                return response;
            },
            .refused = [visit](RefusedChange refused) -> http::Outcome {
                if (refused.is<accounts::StartHold>()) return http::see_other(wait_page);
                if (refused.is<accounts::CountTowardsLimit>()) {
                    return respond_error(*visit, 429, "hold_again", "one hold a day");
                }
                return respond_refused(*visit, accounts::Refusal::expired);
            },
        }
    );
}

}  // namespace latchkey::pages
