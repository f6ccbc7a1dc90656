// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"

namespace latchkey::pages {

/// The process answers: liveness.
http::Outcome get_health(VisitPtr /*visit*/) {
    return http::json_response(200, R"({"status":"ok"})");
}

/// The database reads and writes: readiness.
http::Outcome get_ready(VisitPtr visit) {
    if (visit->services.store.is_healthy()) {
        return http::json_response(200, R"({"status":"ready"})");
    }
    return http::json_response(503, R"({"status":"unavailable"})");
}

}  // namespace latchkey::pages
