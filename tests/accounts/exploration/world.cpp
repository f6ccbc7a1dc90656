// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/world.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace latchkey::accounts {

const Account* World::find_account(AccountId id) const {
    return find_row(accounts, id);
}

const Account* World::find_account(const EmailAddress& email) const {
    const auto found = std::ranges::find_if(accounts, [&email](const Account& account) {
        return account.email.canonical() == email.canonical();
    });
    return found == accounts.end() ? nullptr : &*found;
}

const Passkey* World::find_passkey(PasskeyId id) const {
    return find_row(passkeys, id);
}

const Session* World::find_session(SessionId id) const {
    return find_row(sessions, id);
}

const SignIn* World::find_sign_in(SignInId id) const {
    return find_row(sign_ins, id);
}

const EmailCode* World::find_code(CodeId id) const {
    return find_row(codes, id);
}

const LinkedIdentity* World::find_identity(const Identity& who) const {
    const auto found = std::ranges::find(identities, who, &LinkedIdentity::who);
    return found == identities.end() ? nullptr : &*found;
}

std::vector<LinkedIdentity> World::identities_of(AccountId account) const {
    std::vector<LinkedIdentity> owned;
    for (const LinkedIdentity& identity : identities) {
        if (identity.account == account) owned.push_back(identity);
    }
    return owned;
}

std::vector<Passkey> World::passkeys_of(AccountId account) const {
    std::vector<Passkey> owned;
    for (const Passkey& passkey : passkeys) {
        if (passkey.account == account) owned.push_back(passkey);
    }
    return owned;
}

const AuthenticatorApp* World::find_app(AccountId account) const {
    const auto found = std::ranges::find(apps, account, &AuthenticatorApp::account);
    return found == apps.end() ? nullptr : &*found;
}

SecondSteps World::steps_of(AccountId account) const {
    SecondSteps steps;
    if (const AuthenticatorApp* app = find_app(account)) steps.app = *app;
    for (const auto& [owner, mac] : recovery_codes) {
        if (owner == account) ++steps.recovery_codes;
    }
    const auto hold = std::ranges::find(holds, account, &Hold::account);
    if (hold != holds.end()) steps.hold = *hold;
    return steps;
}

void purge(World& world) {
    world.sessions.erase_if([&world](const Session& session) {
        const Account* account = world.find_account(session.account);
        return account == nullptr ||
               session_state(session, *account, world.now) != SessionState::valid;
    });
    world.sign_ins.erase_if([&world](const SignIn& sign_in) {
        return world.now >= sign_in.expires_at;
    });
    world.codes.erase_if([&world](const EmailCode& code) { return world.now >= code.expires_at; });
}

}  // namespace latchkey::accounts
