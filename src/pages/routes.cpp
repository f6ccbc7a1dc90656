// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/routes.hpp"

#include "accounts/changes.hpp"
#include "accounts/sessions.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "pages/assets.hpp"
#include "pages/handlers.hpp"
#include "pages/purpose.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr auto get = http::Method::get;
constexpr auto post = http::Method::post;
constexpr std::string_view done_path = "/sign-in/done";

constexpr std::array table{
    PageRoute{get, "/", Needs::nothing, get_home},
    PageRoute{get, "/sign-in", Needs::nothing, get_sign_in},
    PageRoute{post, "/sign-in/passkey", Needs::nothing, post_sign_in_passkey},
    PageRoute{post, "/sign-in/email", Needs::nothing, post_sign_in_email},
    PageRoute{get, "/sign-in/with/{provider}", Needs::nothing, get_sign_in_with},
    PageRoute{get, "/sign-in/with/{provider}/callback", Needs::nothing, get_upstream_callback},
    PageRoute{
        post,
        "/sign-in/with/{provider}/callback",
        Needs::nothing,
        post_upstream_callback,
        Posted::by_other_site
    },
    PageRoute{
        post,
        "/sign-in/with/{provider}/notices",
        Needs::nothing,
        post_apple_notice,
        Posted::as_it_is
    },
    PageRoute{get, "/sign-in/code", Needs::code, get_sign_in_code},
    PageRoute{post, "/sign-in/code", Needs::code, post_sign_in_code},
    PageRoute{get, "/sign-in/second-step", Needs::second_step, get_second_step},
    PageRoute{post, "/sign-in/second-step", Needs::second_step, post_second_step},
    PageRoute{post, "/sign-in/text", Needs::second_step, post_sign_in_text},
    PageRoute{get, "/sign-in/restore", Needs::second_step, get_restore},
    PageRoute{post, "/sign-in/restore", Needs::second_step, post_restore},
    PageRoute{post, "/sign-in/wait", Needs::second_step, post_sign_in_wait},
    PageRoute{get, "/sign-in/add-passkey", Needs::enrolment, get_add_passkey},
    PageRoute{post, "/sign-in/add-passkey", Needs::enrolment, post_add_passkey},
    PageRoute{post, "/sign-in/promote-passkey", Needs::enrolment, post_promote_passkey},
    PageRoute{get, "/sign-in/add-app", Needs::enrolment, get_add_app},
    PageRoute{post, "/sign-in/add-app", Needs::enrolment, post_add_app},
    PageRoute{get, "/sign-in/add-phone", Needs::enrolment, get_add_phone},
    PageRoute{post, "/sign-in/add-phone", Needs::enrolment, post_add_phone},
    PageRoute{post, "/sign-in/add-phone/code", Needs::enrolment, post_add_phone_code},
    PageRoute{get, "/sign-in/add-biometrics", Needs::enrolment, get_add_biometrics},
    PageRoute{post, "/sign-in/add-biometrics", Needs::enrolment, post_add_biometrics},
    PageRoute{post, "/sign-in/restart", Needs::nothing, post_sign_in_restart},
    PageRoute{get, done_path, Needs::session, get_sign_in_done},
    PageRoute{get, "/settings/security", Needs::session, get_security},
    PageRoute{post, "/settings/passkeys/{id}/rename", Needs::session, post_rename_passkey},
    PageRoute{get, "/settings/passkeys/{id}/remove", Needs::session, get_remove_passkey},
    PageRoute{post, "/settings/passkeys/{id}/remove", Needs::session, post_remove_passkey},
    PageRoute{get, "/settings/app", Needs::session, get_app},
    PageRoute{post, "/settings/app", Needs::session, post_app},
    PageRoute{get, "/settings/app/turn-off", Needs::session, get_turn_off_app},
    PageRoute{post, "/settings/app/turn-off", Needs::session, post_turn_off_app},
    PageRoute{get, "/settings/phone", Needs::session, get_phone},
    PageRoute{post, "/settings/phone", Needs::session, post_phone},
    PageRoute{post, "/settings/phone/code", Needs::session, post_phone_code},
    PageRoute{get, "/settings/phone/turn-off", Needs::session, get_turn_off_phone},
    PageRoute{post, "/settings/phone/turn-off", Needs::session, post_turn_off_phone},
    PageRoute{get, "/settings/biometrics/{id}/turn-off", Needs::session, get_turn_off_biometrics},
    PageRoute{post, "/settings/biometrics/{id}/turn-off", Needs::session, post_turn_off_biometrics},
    PageRoute{post, "/settings/second-step", Needs::session, post_preferred_second_step},
    PageRoute{get, "/settings/recovery-codes", Needs::session, get_recovery_codes},
    PageRoute{post, "/settings/recovery-codes", Needs::session, post_recovery_codes},
    PageRoute{get, "/settings/identities/{provider}/link", Needs::session, get_link_identity},
    PageRoute{get, "/settings/identities/{id}/remove", Needs::session, get_remove_identity},
    PageRoute{post, "/settings/identities/{id}/remove", Needs::session, post_remove_identity},
    PageRoute{post, "/settings/sessions/{id}/end", Needs::session, post_end_session},
    PageRoute{post, "/settings/sessions/end-others", Needs::session, post_end_other_sessions},
    PageRoute{get, "/settings/activity", Needs::session, get_activity},
    PageRoute{get, "/settings/email", Needs::session, get_address},
    PageRoute{post, "/settings/email", Needs::session, post_address},
    PageRoute{post, "/settings/email/code", Needs::session, post_address_code},
    PageRoute{post, "/settings/email/remove-second", Needs::session, post_remove_second_address},
    PageRoute{get, "/settings/delete", Needs::session, get_delete_account},
    PageRoute{post, "/settings/delete", Needs::session, post_delete_account},
    PageRoute{get, "/settings/download", Needs::session, get_download},
    PageRoute{post, "/sign-out", Needs::session, post_sign_out},
    PageRoute{get, "/signed-out", Needs::nothing, get_signed_out},
    PageRoute{get, "/session", Needs::nothing, get_session},
    PageRoute{get, "/not-me", Needs::nothing, get_not_me},
    PageRoute{post, "/not-me", Needs::nothing, post_not_me},
    PageRoute{post, "/not-me/address", Needs::session, post_take_address_back},
    PageRoute{get, "/help", Needs::nothing, get_help},
    PageRoute{get, "/.well-known/passkey-endpoints", Needs::nothing, get_passkey_endpoints},
    PageRoute{get, "/.well-known/change-password", Needs::nothing, get_change_password},
    PageRoute{get, "/.well-known/webauthn", Needs::nothing, get_related_origins},
    PageRoute{get, "/health", Needs::nothing, get_health},
    PageRoute{get, "/ready", Needs::nothing, get_ready},
    PageRoute{post, "/csp-report", Needs::nothing, post_csp_report, Posted::as_it_is},
};

/// What a stranger asked for. A page that only leads on is passed over.
std::string_view asked_for(const http::Request& request) {
    if (request.path == done_path) return request.query.get("return_to");
    return request.target;
}

http::Response turn_away(const Visit& visit, Needs needs) {
    const bool is_page = visit.request.method == http::Method::get &&
                         visit.request.representation == http::Representation::html;
    if (needs == Needs::session) {
        if (!is_page) return respond_error(visit, 401, "not_signed_in", "route needs a session");
        return http::see_other(sign_in_location_for(asked_for(visit.request), visit.services.site));
    }
    if (is_page) return http::see_other("/sign-in");
    return respond_error(visit, 409, "sign_in_expired", "route needs a sign-in under way");
}

/// Reads the form of a POST. Says what is wrong instead of answering, so that the log has it.
std::optional<std::string_view> read_form(Visit& visit) {
    const std::string* type = visit.request.header("content-type");
    constexpr std::string_view form_type = "application/x-www-form-urlencoded";
    if (type == nullptr) return "not a form";
    // Parameters ("; charset=UTF-8") may follow; a form is UTF-8 whatever they say.
    const std::string_view media_type =
        std::string_view(*type).substr(0, type->find_first_of("; "));
    if (media_type != form_type) return "not a form";
    auto form = http::parse_form(visit.request.body);
    if (!form) return "a malformed form";
    visit.form = std::move(*form);
    return std::nullopt;
}

/// Writes that the session is in use, then goes on. If that could not be written, the next request
/// tries again.
http::Outcome note_sighting(const PageRoute& route, const std::shared_ptr<Visit>& visit) {
    const Services& services = visit->services;
    accounts::Session& session = visit->session->session;
    session.last_seen_at = services.clock.now();
    return http::Save{
        .commit =
            {.operation = services.random.bytes<16>(),
             .changes = {accounts::SeeSession{.session = session.id, .at = session.last_seen_at}}},
        .then = [&route, visit](const store::CommitResult&) { return route.handler(visit); },
    };
}

http::Outcome run(const PageRoute& route, const Services& services, const http::Request& request) {
    // Shared with the continuations of the handler's saves (VisitPtr).
    auto visit = std::make_shared<Visit>(load_visit(services, request));
    if (route.method == post && route.posted != Posted::as_it_is) {
        if (const auto problem = read_form(*visit)) {
            return respond_error(*visit, 415, "bad_request", std::string(*problem));
        }
    }
    if (route.method == post && route.posted == Posted::by_our_form) {
        if (const auto reason = cross_site_reason(*visit, visit->form)) {
            return respond_error(*visit, 403, "csrf", std::string(*reason));
        }
    }
    if (!visit->has(route.needs)) return turn_away(*visit, route.needs);
    if (visit->session &&
        accounts::is_sighting_due(visit->session->session, services.clock.now())) {
        return note_sighting(route, visit);
    }
    return route.handler(std::move(visit));
}

}  // namespace

std::span<const PageRoute> page_routes() {
    return table;
}

void add_routes(http::Router& router, const Services& services) {
    for (const PageRoute& route : table) {
        router.add({
            .method = route.method,
            .pattern = std::string(route.pattern),
            .handler = [&route, &services](const http::Request& request
                       ) { return run(route, services, request); },
        });
    }
    router.add(
        {.method = get,
         .pattern = "/assets/{name}",
         .handler = [&renderer = services.renderer](const http::Request& request
                    ) { return get_asset(request, renderer.brand_assets()); }}
    );
}

}  // namespace latchkey::pages
