// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/read_cache.hpp"

#include "accounts/changes.hpp"
#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"

#include <concepts>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace latchkey::store::sqlite {

namespace {

template <class One, class... Others>
concept one_of = (std::same_as<One, Others> || ...);

/// Changes after which every account and credential that could be read before is as it was.
template <class One>
concept leaves_accounts = one_of<
    One,
    accounts::CreateAccount,
    accounts::RequireEpoch,
    accounts::UsePasskey,
    accounts::LinkIdentity,
    accounts::RequireIdentity,
    accounts::UnlinkIdentity,
    accounts::AddAuthenticatorApp,
    accounts::RemoveAuthenticatorApp,
    accounts::SpendAppCode,
    accounts::AddPhone,
    accounts::RemovePhone,
    accounts::CountPhoneGuess,
    accounts::UsePhone,
    accounts::SetRecoveryCodes,
    accounts::SpendRecoveryCode,
    accounts::PreferSecondStep,
    accounts::StartHold,
    accounts::EndHold,
    accounts::StoreCode,
    accounts::SpendAttempt,
    accounts::CountTowardsLimit,
    accounts::StartSignIn,
    accounts::FinishSignIn,
    accounts::OpenSession,
    accounts::RequireSession,
    accounts::SeeSession,
    accounts::EndSession,
    accounts::EndSessions,
    accounts::Invite,
    accounts::SpendInvite,
    accounts::AppendEvent,
    accounts::QueueMail>;

/// Whose rows a change writes. A change that is new has to be added here or above.
struct Concerned {
    using Account = std::optional<accounts::AccountId>;

    template <leaves_accounts One>
    Account operator()(const One&) const {
        return std::nullopt;
    }

    Account operator()(const accounts::ChangeFactors& change) const { return change.account; }

    Account operator()(const accounts::RaiseEpoch& change) const { return change.account; }

    Account operator()(const accounts::ChangeEmail& change) const { return change.account; }

    Account operator()(const accounts::SetSecondEmail& change) const { return change.account; }

    Account operator()(const accounts::MarkRecovered& change) const { return change.account; }

    Account operator()(const accounts::SetDeletion& change) const { return change.account; }

    Account operator()(const accounts::SetLanguage& change) const { return change.account; }

    Account operator()(const accounts::DeleteAccount& change) const { return change.account; }

    Account operator()(const accounts::AddPasskey& change) const { return change.passkey.account; }

    Account operator()(const accounts::RenamePasskey& change) const { return change.account; }

    Account operator()(const accounts::RemovePasskey& change) const { return change.account; }

    Account operator()(const accounts::SuspendPasskey& change) const { return change.account; }

    Account operator()(const accounts::PromoteSecondFactor& change) const { return change.account; }

    Account operator()(const accounts::RestorePasskey& change) const { return change.account; }

    Account operator()(const accounts::DeleteSuspendedPasskey& change) const {
        return change.account;
    }

    Account operator()(const accounts::FreezeFactors& change) const { return change.account; }

    Account operator()(const accounts::EndRecovery& change) const { return change.account; }
};

}  // namespace

ReadAccountPtr ReadCache::find(const webauthn::CredentialId& credential) {
    const std::lock_guard lock(mutex_);
    const auto& id = credential.value();
    if (const auto found = young_.by_credential.find(id); found != young_.by_credential.end()) {
        return found->second;
    }
    const auto found = old_.by_credential.find(id);
    if (found == old_.by_credential.end()) return nullptr;
    const ReadAccountPtr account = found->second;
    add(account);
    return account;
}

ReadAccountPtr ReadCache::find(accounts::AccountId account) {
    const std::lock_guard lock(mutex_);
    for (const auto* generation : {&young_, &old_}) {
        const auto found = generation->accounts.find(account.value());
        if (found != generation->accounts.end()) return found->second;
    }
    return nullptr;
}

std::optional<ReadSetting> ReadCache::find_setting(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = settings_.find(name);
    return found == settings_.end() ? std::nullopt : std::optional(found->second);
}

ReadCache::Moment ReadCache::begin() {
    const std::lock_guard lock(mutex_);
    return moment_;
}

void ReadCache::keep(Moment begun, const ReadAccountPtr& account) {
    const std::lock_guard lock(mutex_);
    if (begun == moment_ && !is_changing_) add(account);
}

void ReadCache::keep_setting(Moment begun, std::string_view name, const ReadSetting& setting) {
    const std::lock_guard lock(mutex_);
    if (begun == moment_ && !is_changing_) settings_.insert_or_assign(std::string(name), setting);
}

void ReadCache::prepare_for(const Change& change) {
    if (const auto account = std::visit(Concerned(), change)) forget(*account);
}

void ReadCache::forget(accounts::AccountId account) {
    const std::lock_guard lock(mutex_);
    begin_change();
    for (auto* generation : {&young_, &old_}) {
        const auto found = generation->accounts.find(account.value());
        if (found != generation->accounts.end()) generation->remove(ReadAccountPtr(found->second));
    }
}

void ReadCache::forget_setting(const std::string& name) {
    const std::lock_guard lock(mutex_);
    begin_change();
    settings_.erase(name);
}

void ReadCache::settle() {
    const std::lock_guard lock(mutex_);
    // What began to be read meanwhile may have seen what was before.
    if (std::exchange(is_changing_, false)) ++moment_;
}

void ReadCache::begin_change() {
    if (!std::exchange(is_changing_, true)) ++moment_;
}

void ReadCache::add(const ReadAccountPtr& account) {
    if (2 * young_.accounts.size() >= limit_) old_ = std::exchange(young_, {});
    young_.add(account);
}

void ReadCache::Generation::add(const ReadAccountPtr& account) {
    accounts.insert_or_assign(account->account.id.value(), account);
    for (const auto& passkey : account->passkeys) {
        by_credential.insert_or_assign(passkey.record.id.value(), account);
    }
}

void ReadCache::Generation::remove(const ReadAccountPtr& account) {
    accounts.erase(account->account.id.value());
    for (const auto& passkey : account->passkeys) {
        by_credential.erase(passkey.record.id.value());
    }
}

}  // namespace latchkey::store::sqlite
