// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/handlers.hpp"

namespace latchkey::pages {

http::Outcome get_home(VisitPtr visit) {
    return http::see_other(visit->session ? "/settings/security" : "/sign-in");
}

http::Outcome get_help(VisitPtr visit) {
    return respond(*visit, "help", json::object({}));
}

}  // namespace latchkey::pages
