// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>

namespace latchkey::pages {

/// A passkey that was used: an authentication ceremony of this browser verified, and its challenge
/// is spent.
struct Assertion {
    accounts::Purpose purpose;
    store::KnownPasskey known;
    std::uint32_t sign_count = 0;
    bool backup_state = false;
};

struct AssertionRefused {
    accounts::Purpose purpose;
    SignInError error;
    std::optional<webauthn::CredentialId> unknown;  // a credential that is nobody's
};

/// Reads the fields `ceremony` and `response` of the form. Whose passkey it is, and whether it is
/// active, is for the decision.
latchkey::Result<Assertion, AssertionRefused> read_assertion(const Visit& visit);

/// What the password manager may be told of a credential that is nobody's.
json::Value unknown_signal(const Visit& visit, const webauthn::CredentialId& credential);

}  // namespace latchkey::pages
