// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Names by which people recognise a passkey and a browser. For display only: an AAGUID is not
/// attested and a user agent says what it likes, so nothing is decided by them.
namespace latchkey::accounts {

/// The provider that makes passkeys with this AAGUID: "iCloud Keychain". nullopt: not in our table.
std::optional<std::string_view> provider_name(const webauthn::Aaguid& aaguid);

/// What Settings calls a passkey: the person's name for it, else its provider, else
/// "Security key" (by its transports), else "Passkey on Firefox on Windows". The last two are
/// English, as the log has them: pages say them in their own language.
std::string display_name(const Passkey& passkey);

inline constexpr std::string_view unnamed_security_key = "Security key";
inline constexpr std::string_view unnamed_passkey = "Passkey";
inline constexpr std::string_view unnamed_passkey_on = "Passkey on ";  // and a browser_name

/// What browser_name says where it knows no browser.
inline constexpr std::string_view unknown_browser = "Unknown browser";

/// "Chromium on Linux", "Safari on iPhone"; "Unknown browser" if neither is known. Any input is
/// fine; the answer is one of a fixed set.
std::string browser_name(std::string_view user_agent);

/// Whether browser_name can have said that.
bool is_browser_name(std::string_view text);

}  // namespace latchkey::accounts
