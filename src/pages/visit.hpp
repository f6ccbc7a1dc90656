// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "pages/cookies.hpp"
#include "pages/site.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// What a route needs of its visitor. Who lacks it is turned away before the handler.
enum class Needs : std::uint8_t {
    nothing,
    code,         // a code was sent from this browser
    second_step,  // a sign-in of this browser waits for its second step
    enrolment,    // one waits for a passkey, or another factor
    session,      // signed in
};

/// One request with what its cookies prove, loaded once, before the handler runs.
struct Visit {
    const Services& services;
    const http::Request& request;
    const Edition& edition;  // the words, in the visitor's language
    http::Form form;         // the body of a POST
    std::string browser_id;
    bool is_new_browser = false;
    std::optional<PendingCode> code;
    std::optional<accounts::SignIn> sign_in;
    std::optional<store::KnownSession> session;

    /// Whether the visitor has what a route needs.
    [[nodiscard]] bool has(Needs needs) const;

    /// What the route of this visit needs, and thus has.
    [[nodiscard]] const PendingCode& needed_code() const;
    [[nodiscard]] const accounts::SignIn& needed_sign_in() const;
    [[nodiscard]] const store::KnownSession& needed_session() const;

    /// Where the sign-in state machine stands for this browser before a proof.
    [[nodiscard]] accounts::SignInState state() const;

    /// What the machine and the audit log want to know.
    [[nodiscard]] accounts::Circumstances circumstances() const;

    /// Whether this session is to be told that somebody else may have got in, or waits to
    /// (design.md 4.3). Not one that is itself of a recovery.
    [[nodiscard]] bool has_alert() const;

    /// The token that forms of this browser carry against cross-site requests.
    [[nodiscard]] std::string csrf_token() const;
};

/// Loads what the cookies of the request prove. Values that prove nothing are ignored.
Visit load_visit(const Services& services, const http::Request& request);

/// Whether a POST comes from one of our own pages: its token, `Origin` and `Sec-Fetch-Site`.
/// Names what is wrong, for the log; nullopt: all is well.
std::optional<std::string_view> cross_site_reason(const Visit& visit, const http::Form& form);

/// A page (or its model as JSON) with what every page gets: `csrf`, `signed_in`, the browser
/// cookie.
http::Response respond(
    const Visit& visit, std::string_view template_name, json::Value model, int status = 200
);

/// A neutral error: the `error` page, or {"error": {"code", "message"}}. The reason goes to the log
/// only.
http::Response respond_error(
    const Visit& visit, int status, std::string_view code, std::string reason
);

/// The `error` page for a request that no handler saw (http::ServerOptions::on_error): nothing is
/// read from the store, and nobody is taken for signed in.
http::Response error_page(const Services& services, const http::Request& request, int status);

/// Fresh ids and secrets for whatever the decision may create. The secrets become cookies after
/// the commit that stored their hashes.
struct FreshTokens {
    accounts::Fresh fresh;
    SecretKey session_secret;
    SecretKey sign_in_secret;
};

FreshTokens make_fresh(const Services& services);

}  // namespace latchkey::pages
