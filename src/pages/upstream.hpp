// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "oidc/id_token.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"

#include <cstdint>

/// What the handlers of sign-ins through another provider share: the way there and back.
namespace latchkey::pages {

/// Why a browser is sent to a provider.
enum class Errand : std::uint8_t {
    sign_in,
    link,  // for the account of the session, and no other (KC CVE-2026-9087)
};

/// Sends the browser to the provider. Nothing is written: the state travels sealed, bound to the
/// browser's own cookie, to the provider and to the errand. `unavailable` answers if the provider
/// cannot be reached.
http::Outcome send_to_provider(
    const VisitPtr& visit, const Providers::Entry& entry, Errand errand, accounts::Purpose purpose
);

/// Who came back from a provider, verified. Good once.
struct Returned {
    const Providers::Entry& entry;
    Errand errand = Errand::sign_in;
    accounts::Purpose purpose;
    oidc::IdToken token;

    [[nodiscard]] accounts::Identity identity() const;
};

/// Takes what the browser brought back: state, issuer, code, ID token, in this order. What is wrong
/// is answered with the sign-in page, or for an errand to link with an error.
http::Outcome take_from_provider(
    const VisitPtr& visit, const Providers::Entry& entry, Once<http::Outcome(Returned)> then
);

/// Links who came back to the account of the session (identities.cpp).
http::Outcome finish_link(const VisitPtr& visit, const Returned& returned);

/// What pages show of an identity (identities.cpp).
json::Value identity_model(const Visit& visit, const accounts::LinkedIdentity& identity);

/// The answer to an errand that came to nothing.
http::Response respond_errand(
    const Visit& visit, Errand errand, const accounts::Purpose& purpose, const SignInError& error
);

}  // namespace latchkey::pages
