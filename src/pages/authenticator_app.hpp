// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/result.hpp"
#include "pages/visit.hpp"
#include "store/store.hpp"

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

/// Of the session, or of the sign-in.
const accounts::EmailAddress& address_of(const Visit& visit, OfferedTo to);

/// The page that offers a fresh secret, shown once and sealed in the form that asks for its first
/// code. Nothing is written before that code came.
http::Response respond_new_app(const Visit& visit, OfferedTo to);

/// An app that has shown a code of `step`, so that it has the secret.
struct ConfirmedApp {
    SecretBytes secret;
    accounts::TotpStep step;
};

/// What the form says: the offered secret and its first code. The error is the answer: an offer
/// that is not ours, of another browser, or of a sign-in or session that is over; or the page again
/// without the secret, because the code is no code or not of it.
Result<ConfirmedApp, http::Response> read_first_code(const Visit& visit, OfferedTo to);

/// The app as it is stored for `account`.
accounts::AuthenticatorApp make_app(
    const Visit& visit,
    const accounts::Fresh& fresh,
    accounts::AccountId account,
    const ConfirmedApp& confirmed
);

/// The secret of a stored app; nullopt: it was sealed under another key, or altered.
std::optional<SecretBytes> open_app_secret(
    const Services& services, const accounts::AuthenticatorApp& app
);

/// The same secret under the key that seals now; nullopt: it is under it, or does not open.
std::optional<Bytes> reseal_app_secret(
    const store::SealedSecret& secret, const crypto::Sealer& sealer, Random& random
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
