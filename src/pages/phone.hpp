// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"

#include <functional>
#include <optional>

/// A phone on its way to become a method of two-step sign-in: for a new account, or in Settings.
namespace latchkey::pages {

/// The page that asks for the number, or for the code that was sent to it.
http::Response respond_phone(
    const Visit& visit, OfferedTo to, std::optional<SignInError> error = std::nullopt
);

/// Sends a code to the number of the form.
http::Outcome send_to_new_phone(const VisitPtr& visit, OfferedTo to);

/// One guess at that code. When it was right and is spent, `confirmed` goes on.
http::Outcome confirm_new_phone(
    const VisitPtr& visit, OfferedTo to, std::function<http::Outcome(const PendingText&)> confirmed
);

/// The phone as it is stored for `account`.
accounts::Phone make_phone(
    const Visit& visit,
    const accounts::Fresh& fresh,
    accounts::AccountId account,
    const accounts::PhoneNumber& number
);

}  // namespace latchkey::pages
