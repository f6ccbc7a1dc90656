// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"

#include <string>
#include <utility>

namespace latchkey::pages {

/// W3C Passkey Endpoints: where a password manager sends people to add and manage passkeys.
http::Outcome get_passkey_endpoints(VisitPtr visit) {
    const std::string& origin = visit->services.site.origin;
    return http::json_response(
        200,
        json::write(json::object({
            {"enroll", origin + "/sign-in?intent=add-passkey"},
            {"manage", origin + "/settings/security"},
        }))
    );
}

/// W3C "A Well-Known URL for Changing Passwords": there is none, Settings is the place.
http::Outcome get_change_password(VisitPtr /*visit*/) {
    return http::see_other("/settings/security");
}

/// Related origin requests (WebAuthn L3, 5.11). Without related origins the document is not there.
http::Outcome get_related_origins(VisitPtr visit) {
    const Site& site = visit->services.site;
    if (site.related_origins.empty()) {
        return respond_error(*visit, 404, "not_found", "no related origins");
    }
    json::Array origins{json::Value(site.origin)};
    for (const std::string& origin : site.related_origins) {
        origins.emplace_back(origin);
    }
    return http::json_response(200, json::write(json::object({{"origins", std::move(origins)}})));
}

}  // namespace latchkey::pages
