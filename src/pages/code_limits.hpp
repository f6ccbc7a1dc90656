// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/phone_number.hpp"
#include "accounts/text_messages.hpp"
#include "pages/visit.hpp"

#include <chrono>
#include <optional>
#include <vector>

/// The limits on sending and guessing codes, those of the second step included (accounts/codes.hpp
/// has the numbers), as changes at the head of a commit: if one is reached, nothing of the commit
/// happens.
namespace latchkey::pages {

/// Whether this browser signed in to the address before. Its limits are counted apart, so that a
/// stranger cannot use up the owner's.
bool is_known_browser(const Visit& visit, const accounts::EmailAddress& email);

/// What a sign-in to the account with this address looks at.
accounts::Circumstances circumstances_for(const Visit& visit, const accounts::EmailAddress& email);

/// Remembers in the browser that it signed in to the address; the few before stay.
void set_known_cookie(
    const Visit& visit, const accounts::EmailAddress& email, http::Response& response
);

std::vector<accounts::Change> sending_limits(
    const Visit& visit, const accounts::EmailAddress& email
);
std::vector<accounts::Change> guessing_limits(
    const Visit& visit, const accounts::EmailAddress& email
);

std::vector<accounts::Change> second_step_limits(
    const Visit& visit, const accounts::EmailAddress& email
);

/// How many codes of the second step were tried for the address lately, this one included.
std::uint32_t second_steps_lately(const Visit& visit, const accounts::EmailAddress& email);

/// A message to a number, as limits see it.
struct Texting {
    const accounts::EmailAddress& email;  // whose sign-in or session asks for it
    const accounts::PhoneNumber& number;
    accounts::TextCodePurpose purpose = accounts::TextCodePurpose::second_step;
};

/// Those that count towards a limit, and the one that the breaker looks at
/// (accounts/text_messages.hpp, T12).
std::vector<accounts::Change> texting_limits(const Visit& visit, const Texting& texting);

/// Whether too few of the last messages to the country of the number were answered.
bool texts_rest(const Visit& visit, const accounts::PhoneNumber& number);

/// A message to the number was answered with its code.
accounts::Change note_text_answered(const Visit& visit, const accounts::PhoneNumber& number);

/// How often the wait of who cannot do the second step is begun for an address (T38).
std::vector<accounts::Change> hold_limits(const Visit& visit, const accounts::EmailAddress& email);

/// How long until the limit at `index` of that list lets one more through.
std::chrono::seconds sending_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
);
std::chrono::seconds guessing_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
);

std::chrono::seconds texting_wait(const Visit& visit, const Texting& texting, std::size_t index);

std::chrono::seconds second_step_wait(
    const Visit& visit, const accounts::EmailAddress& email, std::size_t index
);

}  // namespace latchkey::pages
