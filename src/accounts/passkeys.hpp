// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"

/// What a signed-in person may do with the passkeys of the account. Adding is not here: it
/// happens only in a sign-in.
namespace latchkey::accounts {

/// A name as a person types it: white space around it is dropped; at most
/// limits::passkey_name_characters characters of UTF-8, no control characters and none that turn
/// the direction of text around. Empty is fine: then the provider's name is shown. Else nullopt.
std::optional<std::string> parse_passkey_name(std::string_view typed);

Result<Decision> rename_passkey(
    const Acting& who,
    const PublicId& passkey,
    std::string_view name,
    const Circumstances& at,
    const Fresh& fresh
);

/// Removes, or suspends under a recovered session or a passkey younger than 24 h. The acting
/// session goes on under a new id (`Decision::session`).
Result<Decision> remove_passkey(
    const Acting& who, const PublicId& passkey, const Circumstances& at, const Fresh& fresh
);

/// Deletes a passkey that was suspended limits::suspension ago. Not told again: the mail about the
/// suspension named the time. Refused by the store if it was restored meanwhile.
Decision delete_suspended(const Passkey& passkey, const Circumstances& at, const Fresh& fresh);

}  // namespace latchkey::accounts
