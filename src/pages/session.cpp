// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/purpose.hpp"
#include "pages/saves.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

/// Authentication context class reference.
std::string_view acr_of(accounts::Assurance assurance) {
    switch (assurance) {
        case accounts::Assurance::passkey:
            return "phr";
        case accounts::Assurance::recovered:
            return "urn:latchkey:recovered";
        case accounts::Assurance::two_steps:
            return "urn:latchkey:2fa";
    }
    return "urn:latchkey:1fa";
}

}  // namespace

/// For a proxy in front of an app: nginx `auth_request`, Caddy `forward_auth`. 200 and who it is,
/// or 401 and where to sign in; docs/operating/protect-an-app.md has both set-ups.
http::Outcome get_session(VisitPtr visit) {
    if (!visit->session) {
        http::Response response = http::json_response(401, R"({"error":{"code":"not_signed_in"}})");
        // A proxy cannot encode what it was asked for: it gets the whole address.
        const std::string* asked_for = visit->request.header("x-forwarded-uri");
        response.headers.emplace_back(
            "Latchkey-Sign-In",
            sign_in_location_for(asked_for == nullptr ? "" : *asked_for, visit->services.site)
        );
        return response;
    }
    const store::KnownSession& known = *visit->session;
    const auto authenticated_at =
        std::chrono::floor<std::chrono::seconds>(known.session.authenticated_at);
    const std::string auth_time = std::to_string(authenticated_at.time_since_epoch().count());
    const std::string acr(acr_of(known.session.assurance));
    http::Response response = http::json_response(
        200,
        json::write(json::object({
            {"account", known.account.public_id.value()},
            {"email", known.account.email.text()},
            {"acr", acr},
            {"auth_time", static_cast<std::int64_t>(authenticated_at.time_since_epoch().count())},
        }))
    );
    response.headers.emplace_back("Latchkey-Account", known.account.public_id.value());
    response.headers.emplace_back("Latchkey-Email", known.account.email.text());
    response.headers.emplace_back("Latchkey-Acr", acr);
    response.headers.emplace_back("Latchkey-Auth-Time", auth_time);
    return response;
}

}  // namespace latchkey::pages
