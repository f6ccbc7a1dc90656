// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/changes.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::accounts {
namespace {

/// Makes one change; false if its precondition does not hold.
class Writer {
public:
    explicit Writer(World& world) : world_(world) {}

    bool operator()(const CreateAccount& change) {
        const Account& added = change.account;
        const bool is_taken = std::ranges::any_of(world_.accounts, [&added](const Account& other) {
            return other.email.canonical() == added.email.canonical() ||
                   other.public_id == added.public_id || other.user_handle == added.user_handle;
        });
        if (!is_taken) world_.accounts.push_back(added);
        return !is_taken;
    }

    bool operator()(const ChangeFactors& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr || account->version != change.from_version) return false;
        if (change.by < 0 && account->factors < 2) return false;
        Account& changed = world_.accounts.at(change.account);
        changed.factors += static_cast<std::uint32_t>(change.by);
        ++changed.version;
        return true;
    }

    bool operator()(const RequireEpoch& change) const {
        const Account* account = find_row(world_.accounts, change.account);
        return account != nullptr && account->epoch == change.epoch;
    }

    bool operator()(const RaiseEpoch& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr || account->epoch != change.from_epoch) return false;
        ++world_.accounts.at(change.account).epoch;
        return true;
    }

    bool operator()(const ChangeEmail& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr || account->email.canonical() != change.from.canonical()) {
            return false;
        }
        const bool is_taken = std::ranges::any_of(world_.accounts, [&change](const Account& other) {
            return other.id != change.account && other.email.canonical() == change.to.canonical();
        });
        if (is_taken) return false;
        Account& changed = world_.accounts.at(change.account);
        changed.email = change.to;
        ++changed.version;
        return true;
    }

    bool operator()(const SetSecondEmail& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr || account->second_email != change.from) return false;
        Account& changed = world_.accounts.at(change.account);
        changed.second_email = change.to;
        ++changed.version;
        return true;
    }

    bool operator()(const SetLanguage& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr) return false;
        world_.accounts.at(change.account).language = change.language;
        return true;
    }

    bool operator()(const SetDeletion& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr || account->deletes_at != change.from) return false;
        world_.accounts.at(change.account).deletes_at = change.to;
        return true;
    }

    bool operator()(const MarkRecovered& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account != nullptr) world_.accounts.at(change.account).recovered_at = change.at;
        return true;
    }

    bool operator()(const FreezeFactors& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr) return false;
        world_.accounts.at(change.account).frozen_at = change.at;
        return true;
    }

    bool operator()(const EndRecovery& change) {
        const Account* account = find_row(world_.accounts, change.account);
        if (account == nullptr) return false;
        Account& changed = world_.accounts.at(change.account);
        changed.recovered_at = changed.frozen_at = std::nullopt;
        return true;
    }

    bool operator()(const DeleteAccount& change) {
        const AccountId id = change.account;
        const auto belongs = [id](const auto& row) { return row.account == id; };
        if (find_row(world_.accounts, id) == nullptr) return false;
        world_.accounts.erase_if([id](const Account& account) { return account.id == id; });
        world_.passkeys.erase_if(belongs);
        world_.identities.erase_if(belongs);
        world_.sessions.erase_if(belongs);
        world_.sign_ins.erase_if(belongs);
        world_.codes.erase_if(belongs);
        world_.apps.erase_if(belongs);
        std::erase_if(world_.holds, belongs);
        end_recovery_codes(id);
        return true;
    }

    bool operator()(const AddPasskey& change) {
        const auto& id = change.passkey.record.id;
        const bool is_taken = std::ranges::any_of(world_.passkeys, [&id](const Passkey& other) {
            return other.record.id == id;
        });
        if (!is_taken) world_.passkeys.push_back(change.passkey);
        return !is_taken;
    }

    bool operator()(const UsePasskey& change) {
        const Passkey* passkey = find_row(world_.passkeys, change.passkey);
        if (passkey == nullptr || passkey->status != CredentialStatus::active) return false;
        if (passkey->purpose != change.purpose) return false;
        if (passkey->record.sign_count != change.from_sign_count) return false;
        world_.passkeys.at(change.passkey).record.sign_count = change.sign_count;
        return true;
    }

    bool operator()(const PromoteSecondFactor& change) {
        const Passkey* credential = find_row(world_.passkeys, change.credential);
        if (credential == nullptr || credential->account != change.account) return false;
        if (!is_second_factor(*credential)) return false;
        world_.passkeys.at(change.credential).purpose = CredentialPurpose::passkey;
        return true;
    }

    bool operator()(const RenamePasskey& change) const {
        const Passkey* passkey = find_row(world_.passkeys, change.passkey);
        return passkey != nullptr && passkey->account == change.account;
    }

    bool operator()(const RemovePasskey& change) {
        if (find_active(change.account, change.passkey) == nullptr) return false;
        world_.passkeys.erase_if([&change](const Passkey& passkey) {
            return passkey.id == change.passkey;
        });
        end_sessions_of(change.passkey, change.keep);
        return true;
    }

    bool operator()(const SuspendPasskey& change) {
        const Passkey* passkey = find_active(change.account, change.passkey);
        if (passkey == nullptr) return false;
        Passkey& suspended = world_.passkeys.at(change.passkey);
        suspended.status = CredentialStatus::suspended;
        suspended.suspended_at = change.at;
        end_sessions_of(change.passkey, change.keep);
        return true;
    }

    bool operator()(const RestorePasskey& change) {
        const Passkey* passkey = find_row(world_.passkeys, change.passkey);
        if (passkey == nullptr || passkey->account != change.account) return false;
        if (passkey->status != CredentialStatus::suspended) return false;
        Passkey& restored = world_.passkeys.at(change.passkey);
        restored.status = CredentialStatus::active;
        restored.suspended_at = std::nullopt;
        return true;
    }

    // Thirty days are longer than an exploration: tests of its own follow it (passkeys_test.cpp).
    bool operator()(const DeleteSuspendedPasskey&) { return false; }

    bool operator()(const LinkIdentity& change) {
        const bool is_taken = world_.find_identity(change.identity.who) != nullptr;
        if (!is_taken) world_.identities.push_back(change.identity);
        return !is_taken;
    }

    bool operator()(const RequireIdentity& change) {
        const LinkedIdentity* identity = world_.find_identity(change.who);
        return identity != nullptr && identity->account == change.account;
    }

    bool operator()(const UnlinkIdentity& change) {
        if (!(*this)(RequireIdentity{.account = change.account, .who = change.who})) return false;
        world_.identities.erase_if([&change](const LinkedIdentity& identity) {
            return identity.who == change.who;
        });
        world_.sign_ins.erase_if([&change](const SignIn& sign_in) {
            return sign_in.account == change.account && sign_in.identity == change.who;
        });
        return true;
    }

    bool operator()(const AddAuthenticatorApp& change) {
        const bool is_there = world_.find_app(change.app.account) != nullptr;
        if (!is_there) world_.apps.push_back(change.app);
        return !is_there;
    }

    bool operator()(const RemoveAuthenticatorApp& change) {
        const AuthenticatorApp* app = find_row(world_.apps, change.app);
        if (app == nullptr || app->account != change.account) return false;
        world_.apps.erase_if([&change](const auto& row) { return row.id == change.app; });
        world_.sign_ins.erase_if([&change](const SignIn& sign_in) {
            return sign_in.account == change.account;
        });
        return true;
    }

    // Phones are followed by tests of their own (text_messages_test.cpp): nothing here makes one.
    bool operator()(const AddPhone&) { return false; }

    bool operator()(const RemovePhone&) { return false; }

    bool operator()(const CountPhoneGuess&) { return false; }

    bool operator()(const UsePhone&) { return false; }

    // Wrong guesses change nothing that decisions look at: here only right ones are made.
    bool operator()(const SpendAppCode& change) {
        const AuthenticatorApp* app = find_row(world_.apps, change.app);
        if (app == nullptr || !change.step || *change.step <= app->last_step) return false;
        world_.apps.at(change.app).last_step = *change.step;
        return true;
    }

    bool operator()(const SetRecoveryCodes& change) {
        if (find_row(world_.accounts, change.account) == nullptr) return false;
        end_recovery_codes(change.account);
        for (const Hash& mac : change.macs) {
            world_.recovery_codes.emplace_back(change.account, mac);
        }
        return true;
    }

    // Decides only what is shown first.
    bool operator()(const PreferSecondStep& change) const {
        return find_row(world_.accounts, change.account) != nullptr;
    }

    bool operator()(const SpendRecoveryCode& change) {
        return std::erase(world_.recovery_codes, std::pair(change.account, change.mac)) == 1;
    }

    bool operator()(const StartHold& change) {
        const auto found = std::ranges::find(world_.holds, change.hold.account, &Hold::account);
        if (found == world_.holds.end()) {
            world_.holds.push_back(change.hold);
            return true;
        }
        if (found->ends_at > change.over_since &&
            found->account_epoch == change.hold.account_epoch) {
            return false;
        }
        *found = change.hold;
        return true;
    }

    bool operator()(const EndHold& change) {
        const auto ended = std::erase_if(world_.holds, [&change](const Hold& hold) {
            return hold.account == change.account &&
                   (!change.started_at || hold.started_at == *change.started_at);
        });
        return ended == 1 || !change.started_at;
    }

    bool operator()(const StoreCode& change) {
        world_.codes.push_back(change.code);
        return true;
    }

    bool operator()(const SpendAttempt& change) {
        const EmailCode* code = find_row(world_.codes, change.code);
        if (code == nullptr || code->spent || code->attempts >= change.limit) return false;
        if (change.now >= code->expires_at) return false;
        EmailCode& tried = world_.codes.at(change.code);
        ++tried.attempts;
        tried.spent = tried.mac == change.mac;
        return true;
    }

    bool operator()(const StartSignIn& change) {
        world_.sign_ins.push_back(change.sign_in);
        return true;
    }

    bool operator()(const FinishSignIn& change) {
        const SignIn* sign_in = find_row(world_.sign_ins, change.sign_in);
        if (sign_in == nullptr || sign_in->version != change.from_version) return false;
        if (change.now >= sign_in->expires_at) return false;
        world_.sign_ins.erase_if([&change](const SignIn& row) { return row.id == change.sign_in; });
        return true;
    }

    bool operator()(const OpenSession& change) {
        world_.sessions.push_back(change.session);
        return true;
    }

    bool operator()(const RequireSession& change) const {
        return find_row(world_.sessions, change.session) != nullptr;
    }

    bool operator()(const EndSession& change) {
        world_.sessions.erase_if([&change](const Session& session) {
            return session.id == change.session;
        });
        return true;
    }

    bool operator()(const EndSessions& change) {
        world_.sessions.erase_if([&change](const Session& session) {
            return session.account == change.account && session.id != change.keep;
        });
        return true;
    }

    // What the machine's safety does not rest on.
    bool operator()(const AppendEvent&) { return true; }

    bool operator()(const CountTowardsLimit&) { return true; }

    bool operator()(const SeeSession&) { return true; }

    bool operator()(const Invite&) { return true; }

    bool operator()(const SpendInvite&) { return true; }

    bool operator()(const QueueMail&) { return true; }

private:
    [[nodiscard]] const Passkey* find_active(AccountId account, PasskeyId id) const {
        const Passkey* passkey = find_row(world_.passkeys, id);
        if (passkey == nullptr || passkey->account != account) return nullptr;
        return passkey->status == CredentialStatus::active ? passkey : nullptr;
    }

    void end_recovery_codes(AccountId account) {
        std::erase_if(world_.recovery_codes, [account](const auto& row) {
            return row.first == account;
        });
    }

    void end_sessions_of(PasskeyId passkey, std::optional<SessionId> keep) {
        world_.sessions.erase_if([&](const Session& session) {
            return session.passkey == passkey && session.id != keep;
        });
    }

    World& world_;
};

}  // namespace

std::optional<World> commit(const World& world, const std::vector<Change>& changes) {
    World next = world;
    for (const Change& change : changes) {
        if (!std::visit(Writer(next), change)) return std::nullopt;
    }
    return next;
}

}  // namespace latchkey::accounts
