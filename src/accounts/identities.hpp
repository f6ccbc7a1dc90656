// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <string>
#include <vector>

/// Other providers (Google, Apple, ...) as ways in to an account: linking and unlinking by its
/// owner, and what happens when a provider says that an identity ended.
namespace latchkey::accounts {

/// What is to be linked, as the provider proved it in this browser.
struct ProvedIdentity {
    Identity who;
    std::string email;  // for show only; empty: none
};

/// Adds a way in (design.md 4.2, T32): needs a proof that is fresh and the strongest that the
/// account can give, and is refused for limits::freeze_after_recovery after a recovery.
/// `identities` are those of the account. An identity that the account has already changes nothing:
/// no changes.
Result<Decision> link_identity(
    const Acting& who,
    const std::vector<LinkedIdentity>& identities,
    const ProvedIdentity& proved,
    const Circumstances& at,
    const Fresh& fresh
);

/// Takes a way in away, with what link_identity() needs. The other sessions end, since any of them
/// may have come in by it; the acting one goes on under a new id. An address and a passkey stay, so
/// it is never the last way in.
Result<Decision> unlink_identity(
    const Acting& who,
    const std::vector<LinkedIdentity>& identities,
    const PublicId& identity,
    const Circumstances& at,
    const Fresh& fresh
);

/// The provider said that the identity ended there (Apple: consent revoked, account deleted): it is
/// unlinked, every session of the account ends, the owner is told.
Decision withdraw_identity(
    const LinkedIdentity& identity,
    const Account& account,
    const Circumstances& at,
    const Fresh& fresh
);

}  // namespace latchkey::accounts
