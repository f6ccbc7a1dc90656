// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/text_messages.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Codes by text message: sent in the background, waited for by the browser that asked, in the
/// sign-in or session in which it asked.
namespace latchkey::pages {

/// What a code is for, and whose.
struct TextUse {
    accounts::TextCodePurpose purpose = accounts::TextCodePurpose::second_step;
    OfferedTo to = OfferedTo::sign_in;
};

/// What a browser that had a code sent remembers, sealed to it and to the use.
struct PendingText {
    accounts::CodeId code;
    accounts::PhoneNumber number;
};

/// What this browser waits for; nullopt: nothing of this use.
std::optional<PendingText> read_pending_text(const Visit& visit, TextUse use);

/// Whether messages are sent at all, and to this number.
bool may_text(const Visit& visit, const accounts::PhoneNumber& number);

struct TextRequest {
    accounts::PhoneNumber number;
    TextUse use;
    std::string_view page;  // where the code is typed in
    std::function<http::Response(const SignInError&)> refuse;
};

/// Sends a code, and leads to the page for it; or refuses, and says how long to wait.
http::Outcome send_text_code(const VisitPtr& visit, const TextRequest& request);

/// The guess as the change that compares and spends it; nullopt: not six digits.
std::optional<accounts::SpendAttempt> read_text_guess(
    const Visit& visit, TextUse use, const PendingText& pending
);

/// Why a code that was refused unseen is over: expired, or tried too often.
SignInError error_of_text(const Visit& visit, const PendingText& pending);

/// The browser waits no more.
void forget_pending_text(http::Response& response);

}  // namespace latchkey::pages
