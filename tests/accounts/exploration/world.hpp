// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::accounts {

/// What a store keeps, in memory: the changes of changes.hpp with the preconditions that stand
/// there, and nothing else that could keep a wrong decision from being written.
struct World {
    TimePoint now;
    std::int64_t last_id = 0;
    std::vector<Account> accounts;
    std::vector<Passkey> passkeys;
    std::vector<LinkedIdentity> identities;
    std::vector<Session> sessions;
    std::vector<SignIn> sign_ins;
    std::vector<EmailCode> codes;
    std::vector<AuthenticatorApp> apps;
    std::vector<std::pair<AccountId, Hash>> recovery_codes;
    std::vector<Hold> holds;

    [[nodiscard]] const Account* find_account(AccountId id) const;
    [[nodiscard]] const Account* find_account(const EmailAddress& email) const;
    [[nodiscard]] const Passkey* find_passkey(PasskeyId id) const;
    [[nodiscard]] const Session* find_session(SessionId id) const;
    [[nodiscard]] const SignIn* find_sign_in(SignInId id) const;
    [[nodiscard]] const EmailCode* find_code(CodeId id) const;
    [[nodiscard]] const LinkedIdentity* find_identity(const Identity& who) const;
    [[nodiscard]] std::vector<Passkey> passkeys_of(AccountId account) const;
    [[nodiscard]] std::vector<LinkedIdentity> identities_of(AccountId account) const;
    [[nodiscard]] const AuthenticatorApp* find_app(AccountId account) const;
    [[nodiscard]] SecondSteps steps_of(AccountId account) const;
};

/// The world after all changes; nullopt: a precondition does not hold.
std::optional<World> commit(const World& world, const std::vector<Change>& changes);

/// Deletes what has expired.
void purge(World& world);

/// The row with that id, or nullptr.
template <class Rows, class Id>
auto* find_row(Rows& rows, Id id) {
    const auto found = std::ranges::find_if(rows, [id](const auto& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace latchkey::accounts
