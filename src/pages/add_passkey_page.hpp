// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"

#include <memory>
#include <optional>
#include <vector>

/// The page on which a sign-in ends with a passkey: a new one, or a second factor that becomes one.
namespace latchkey::pages {

/// What stands in the database of the person who adds a passkey.
struct Enrolment {
    std::optional<accounts::Account> account;  // nullopt: a new person
    std::vector<accounts::Passkey> passkeys;
    accounts::SecondSteps steps;
};

Enrolment load_enrolment(const Visit& visit);

/// Of the registration that the page asks for.
webauthn::RegistrationCeremony registration_of(const Visit& visit);

json::Value add_passkey_model(const Visit& visit, const Enrolment& enrolment);

/// The page again, with what went wrong.
http::Response respond_add_passkey_error(const Visit& visit, const SignInError& error);

/// Commits what ends the sign-in with a passkey, and says where to go on; or says why not.
http::Outcome end_with_passkey(
    const VisitPtr& visit,
    accounts::Result<accounts::Decision> decided,
    const std::shared_ptr<FreshTokens>& tokens  // move on to the continuation
);

}  // namespace latchkey::pages
