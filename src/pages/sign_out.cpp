// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/sign_out.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/cookies.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <string_view>
#include <utility>

namespace latchkey::pages {

http::Response leave(std::string_view location) {
    http::Response response = http::see_other(location);
    // Not "cookies": that would sign the person out of every app of the domain.
    response.headers.emplace_back("Clear-Site-Data", R"("cache", "storage")");
    response.cookies.push_back(delete_cookie(cookie_names::session));
    response.cookies.push_back(delete_cookie(cookie_names::sign_in));
    response.cookies.push_back(delete_cookie(cookie_names::code));
    return response;
}

http::Outcome post_sign_out(VisitPtr visit) {
    const FreshTokens tokens = make_fresh(visit->services);
    accounts::Decision decision =
        accounts::sign_out(visit->needed_session().session, visit->circumstances(), tokens.fresh);
    return save(
        visit,
        std::move(decision.changes),
        {
            .committed = [](store::Committed) -> http::Outcome { return leave("/signed-out"); },
            // It ended elsewhere in the meantime: the same as asked for.
            .refused = [](RefusedChange) -> http::Outcome { return leave("/signed-out"); },
        }
    );
}

http::Outcome get_signed_out(VisitPtr visit) {
    const bool deletes = visit->request.query.get("message") == "deletion";
    return respond(*visit, "signed_out", json::object({{"deletes", deletes}}));
}

}  // namespace latchkey::pages
