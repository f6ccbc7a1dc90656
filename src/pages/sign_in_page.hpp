// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/response.hpp"
#include "pages/visit.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What the handlers of a sign-in share: the sign-in page with its fresh challenge, its errors,
/// and where it leads.
namespace latchkey::pages {

/// Why a step of a sign-in did not work, for the person (`code`) and for the log (`reason`).
struct SignInError {
    int status = 422;
    std::string_view code;
    std::string reason;
    std::optional<std::chrono::seconds> wait;
};

/// How a refusal of the state machine is answered.
SignInError error_of(accounts::Refusal refusal);

/// The model of the sign-in page: a fresh challenge for this browser, sealed with its purpose.
json::Value sign_in_model(const Visit& visit, const accounts::Purpose& purpose);

/// `{"code": …, CODE: true, "wait": …, "message": …}` for a template, after writing the reason to
/// the log.
json::Value error_model(const Visit& visit, const SignInError& error);

/// The sign-in page again, with what went wrong.
http::Response respond_sign_in(
    const Visit& visit, const accounts::Purpose& purpose, const SignInError& error
);

/// Where a script goes on to after a sign-in.
std::string location_after(std::string_view return_to);

/// Where a form is redirected to after a sign-in. Another origin is reached over a page of ours:
/// the policy form-action 'self' covers redirects too.
std::string redirect_after(std::string_view return_to);

/// The page on which a sign-in goes on that is under way.
std::string_view page_of(const accounts::SignIn& sign_in);

/// The page on which it ends in a new factor: a new person chooses there.
std::string_view enrolment_page(const accounts::SignIn& sign_in);

/// Where a form leads after a decision: out, if it opened a session, else to the next step.
std::string next_location(const accounts::Decision& decision);

/// What the password manager is to be told of the account: for the Signal API (5.1.10). nullopt
/// after a restore, until the operator turns signals on: an old list would delete newer passkeys.
std::optional<json::Value> signal_model(const Services& services, const accounts::Account& account);

/// The answer to a script whose sign-in step is done: 200 {"location", "signal"?}.
http::Response respond_next(std::string_view location, std::optional<json::Value> signal);

webauthn::RelyingParty relying_party(const Site& site);

}  // namespace latchkey::pages
