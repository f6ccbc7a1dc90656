// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "pages/visit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The secrets of two-step sign-in on their way: to an authenticator app, into the database, onto
/// paper.
namespace latchkey::pages {

/// Whom a new secret is offered to: the sign-in or the session of this visit. It is good until
/// that one ends or goes on under another id.
enum class OfferedTo : std::uint8_t { sign_in, session };

/// A fresh secret for an app.
SecretBytes make_app_secret(const Services& services);

/// The secret, for the field `offer` of the form that asks for its first code. Nothing is written
/// before that code came.
std::string seal_offer(const Visit& visit, OfferedTo to, const SecretBytes& secret);

/// nullopt: not ours, of another browser, or of a sign-in or session that is over.
std::optional<SecretBytes> open_offer(const Visit& visit, OfferedTo to, std::string_view sealed);

/// What an app needs, for the page that shows it once: `key`, `uri`, `qr`.
json::Value secret_model(const Visit& visit, std::string_view account, const SecretBytes& secret);

/// The app of `account` that has shown a code of `step`, as it is stored.
accounts::AuthenticatorApp make_app(
    const Visit& visit,
    const accounts::Fresh& fresh,
    accounts::AccountId account,
    const SecretBytes& secret,
    accounts::TotpStep step
);

/// The secret of a stored app; nullopt: it was sealed under another key, or altered.
std::optional<SecretBytes> open_app_secret(
    const Services& services, const accounts::AuthenticatorApp& app
);

/// A new set of recovery codes, to be shown once, and what is stored of it.
struct RecoveryCodes {
    std::vector<SecretText> codes;
    std::vector<accounts::Hash> macs;
};

RecoveryCodes make_recovery_codes(const Services& services, accounts::AccountId account);

/// The page that shows them, with what comes after it.
http::Response respond_recovery_codes(
    const Visit& visit, const RecoveryCodes& codes, std::string_view location
);

}  // namespace latchkey::pages
