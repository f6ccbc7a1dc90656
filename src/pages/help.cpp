// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"

namespace latchkey::pages {

http::Outcome get_home(VisitPtr visit) {
    return http::see_other(visit->session ? "/settings/security" : "/sign-in");
}

http::Outcome get_help(VisitPtr visit) {
    return respond(*visit, "help", json::object({}));
}

}  // namespace latchkey::pages
