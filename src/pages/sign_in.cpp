// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/sign_in.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/cookies.hpp"
#include "pages/handlers.hpp"
#include "pages/purpose.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace latchkey::pages {

/// The sign-in page; as JSON it is how a script gets a fresh challenge.
http::Outcome get_sign_in(VisitPtr visit) {
    const accounts::Purpose purpose = read_purpose(visit->request.query, visit->services.site);
    const bool just_signs_in = purpose.intent == accounts::Intent::sign_in;
    if (visit->request.representation == http::Representation::html && just_signs_in) {
        if (visit->session) return http::see_other(location_after(purpose.return_to));
        if (visit->sign_in) return http::see_other(page_of(*visit->sign_in));
    }
    return respond(*visit, "sign_in", sign_in_model(*visit, purpose));
}

/// Back to the start: what was proved in this sign-in is given up.
http::Outcome post_sign_in_restart(VisitPtr visit) {
    const std::string start =
        sign_in_location_for(visit->sign_in ? visit->sign_in->return_to : "", visit->services.site);
    const auto to_the_start = [start] {
        http::Response response = http::see_other(start);
        response.cookies.push_back(delete_cookie(cookie_names::sign_in));
        response.cookies.push_back(delete_cookie(cookie_names::code));
        return response;
    };
    if (!visit->sign_in) return to_the_start();
    auto decision = accounts::start_over(*visit->sign_in, visit->circumstances());
    if (!decision) return to_the_start();  // expired: there is nothing left to give up
    return save(
        visit,
        std::move(decision->changes),
        {
            .committed = [to_the_start](store::Committed) { return to_the_start(); },
            // It ended in another tab: the same as asked for.
            .refused = [to_the_start](RefusedChange) { return to_the_start(); },
        }
    );
}

/// Leads on to the app that sent the person here.
http::Outcome get_sign_in_done(VisitPtr visit) {
    const std::string target(visit->request.query.get("return_to"));
    const bool leads_out = !is_own_path(target) && may_return_to(target, visit->services.site);
    if (!leads_out) return http::see_other("/settings/security");
    const std::size_t host_at = target.find("://") + 3;
    const std::string host = target.substr(host_at, target.find_first_of("/?#", host_at) - host_at);
    return respond(*visit, "done", json::object({{"location", target}, {"host", host}}));
}

}  // namespace latchkey::pages
