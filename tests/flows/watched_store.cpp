// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/watched_store.hpp"

#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/once.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/audit_hasher.hpp"
#include "store/commit.hpp"
#include "store/store.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::test {

std::vector<std::string> StoreWatch::calls() const {
    const std::scoped_lock lock(mutex_);
    return calls_;
}

std::size_t StoreWatch::commits() const {
    const std::scoped_lock lock(mutex_);
    return commits_;
}

std::size_t StoreWatch::guesses_compared() const {
    const std::scoped_lock lock(mutex_);
    return guesses_compared_;
}

void StoreWatch::forget() {
    const std::scoped_lock lock(mutex_);
    calls_.clear();
    commits_ = 0;
    calls_before_failure_.reset();
    guesses_compared_ = 0;
}

void StoreWatch::fail_after(std::size_t calls) {
    const std::scoped_lock lock(mutex_);
    calls_before_failure_ = calls;
    has_failed_ = false;
}

bool StoreWatch::has_failed() const {
    const std::scoped_lock lock(mutex_);
    return has_failed_;
}

bool StoreWatch::fails() {
    const std::scoped_lock lock(mutex_);
    if (!calls_before_failure_ || (*calls_before_failure_)-- > 0) return false;
    calls_before_failure_.reset();
    has_failed_ = true;
    return true;
}

void StoreWatch::note(std::string call) {
    if (fails()) throw store::ReadFailed{.code = 10};  // SQLITE_IOERR
    const std::scoped_lock lock(mutex_);
    calls_.push_back(std::move(call));
}

void StoreWatch::note_commit(const std::string& changes, const store::CommitResult& result) {
    constexpr std::array<std::string_view, 3> names{": committed", ": refused", ": unknown"};
    const std::scoped_lock lock(mutex_);
    calls_.push_back("commit" + changes + std::string(names.at(result.index())));
    ++commits_;
    if (const auto* committed = std::get_if<store::Committed>(&result)) {
        guesses_compared_ += committed->spent.size();
    }
}

std::string name_of(const store::Change& change) {
    constexpr std::array<std::string_view, 49> names{
        "CreateAccount",
        "ChangeFactors",
        "RequireEpoch",
        "RaiseEpoch",
        "ChangeEmail",
        "SetSecondEmail",
        "MarkRecovered",
        "FreezeFactors",
        "EndRecovery",
        "SetDeletion",
        "SetLanguage",
        "DeleteAccount",
        "AddPasskey",
        "UsePasskey",
        "PromoteSecondFactor",
        "RenamePasskey",
        "RemovePasskey",
        "SuspendPasskey",
        "RestorePasskey",
        "DeleteSuspendedPasskey",
        "LinkIdentity",
        "RequireIdentity",
        "UnlinkIdentity",
        "AddAuthenticatorApp",
        "RemoveAuthenticatorApp",
        "SpendAppCode",
        "AddPhone",
        "RemovePhone",
        "CountPhoneGuess",
        "UsePhone",
        "SetRecoveryCodes",
        "SpendRecoveryCode",
        "PreferSecondStep",
        "StartHold",
        "EndHold",
        "StoreCode",
        "SpendAttempt",
        "CountTowardsLimit",
        "StartSignIn",
        "FinishSignIn",
        "OpenSession",
        "RequireSession",
        "SeeSession",
        "EndSession",
        "EndSessions",
        "Invite",
        "SpendInvite",
        "AppendEvent",
        "QueueMail",
    };
    static_assert(names.size() == std::variant_size_v<accounts::AnyChange>);
    return std::string(names.at(change.index()));
}

void WatchedStore::commit(store::Commit commit, Once<void(store::CommitResult)> done) {
    std::string changes;
    for (const store::Change& change : commit.changes) {
        changes += " " + name_of(change);
    }
    if (watch_->fails()) {
        watch_->note_commit(changes, store::Unknown{});
        return std::move(done)(store::Unknown{});
    }
    store_->commit(
        std::move(commit),
        [watch = watch_, changes, done = std::move(done)](store::CommitResult result) mutable {
            watch->note_commit(changes, result);
            std::move(done)(std::move(result));
        }
    );
}

void WatchedStore::use_keys(store::StoreKeys keys) {
    store_->use_keys(std::move(keys));
}

bool WatchedStore::adopt_rows(std::vector<store::Setting> settings) {
    return store_->adopt_rows(std::move(settings));
}

std::optional<store::RenewalPlace> WatchedStore::renew(
    store::RenewalPlace from, std::size_t count, const store::Reseal& reseal
) {
    return store_->renew(from, count, reseal);
}

bool WatchedStore::has_mail(std::byte first) {
    return store_->has_mail(first);
}

std::optional<store::AuditHead> WatchedStore::seal_audit(TimePoint now) {
    return store_->seal_audit(now);
}

bool WatchedStore::has_credential(const webauthn::CredentialId& id) {
    watch_->note("has_credential");
    return store_->has_credential(id);
}

bool WatchedStore::reads_block() const {
    return store_->reads_block();
}

std::int64_t WatchedStore::next_id() {
    watch_->note("next_id");
    return store_->next_id();
}

std::optional<accounts::Account> WatchedStore::find_account(accounts::AccountId id) {
    watch_->note("find_account by id");
    return store_->find_account(id);
}

std::optional<accounts::Account> WatchedStore::find_account(const accounts::EmailAddress& email) {
    watch_->note("find_account by address");
    return store_->find_account(email);
}

std::vector<accounts::Account> WatchedStore::list_accounts(
    accounts::AccountId after, std::size_t count
) {
    watch_->note("list_accounts");
    return store_->list_accounts(after, count);
}

std::optional<store::KnownPasskey> WatchedStore::find_passkey(const webauthn::CredentialId& id) {
    watch_->note("find_passkey");
    return store_->find_passkey(id);
}

std::vector<webauthn::CredentialId> WatchedStore::list_credential_ids(accounts::AccountId account) {
    watch_->note("list_credential_ids");
    return store_->list_credential_ids(account);
}

accounts::SecondSteps WatchedStore::find_second_steps(accounts::AccountId account) {
    watch_->note("find_second_steps");
    return store_->find_second_steps(account);
}

std::vector<accounts::Passkey> WatchedStore::list_passkeys(accounts::AccountId account) {
    watch_->note("list_passkeys");
    return store_->list_passkeys(account);
}

std::optional<store::KnownIdentity> WatchedStore::find_identity(const accounts::Identity& who) {
    watch_->note("find_identity");
    return store_->find_identity(who);
}

std::vector<accounts::LinkedIdentity> WatchedStore::list_identities(accounts::AccountId account) {
    watch_->note("list_identities");
    return store_->list_identities(account);
}

std::optional<store::KnownSession> WatchedStore::find_session(accounts::SessionId id) {
    watch_->note("find_session");
    return store_->find_session(id);
}

std::vector<accounts::Session> WatchedStore::list_sessions(accounts::AccountId account) {
    watch_->note("list_sessions");
    return store_->list_sessions(account);
}

std::optional<accounts::SignIn> WatchedStore::find_sign_in(accounts::SignInId id) {
    watch_->note("find_sign_in");
    return store_->find_sign_in(id);
}

std::optional<accounts::EmailCode> WatchedStore::find_code(accounts::CodeId id) {
    watch_->note("find_code");
    return store_->find_code(id);
}

store::Store::LimitUse WatchedStore::limit_use(
    const accounts::Hash& key, std::chrono::seconds window, TimePoint now
) {
    watch_->note("limit_use");
    return store_->limit_use(key, window, now);
}

bool WatchedStore::is_invited(const accounts::EmailAddress& email, TimePoint now) {
    watch_->note("is_invited");
    return store_->is_invited(email, now);
}

std::vector<accounts::Passkey> WatchedStore::list_suspended(TimePoint until, std::size_t count) {
    watch_->note("list_suspended");
    return store_->list_suspended(until, count);
}

std::vector<accounts::Account> WatchedStore::list_deletions(TimePoint now, std::size_t count) {
    watch_->note("list_deletions");
    return store_->list_deletions(now, count);
}

std::vector<accounts::Event> WatchedStore::list_events(
    accounts::AccountId account, const EventQuery& query
) {
    watch_->note("list_events");
    return store_->list_events(account, query);
}

std::vector<store::QueuedMail> WatchedStore::due_mails(
    accounts::Channel channel, TimePoint now, std::size_t count
) {
    watch_->note("due_mails");
    return store_->due_mails(channel, now, count);
}

void WatchedStore::finish_mail(accounts::MailId id) {
    watch_->note("finish_mail");
    store_->finish_mail(id);
}

void WatchedStore::delay_mail(accounts::MailId id, TimePoint not_before) {
    watch_->note("delay_mail");
    store_->delay_mail(id, not_before);
}

std::size_t WatchedStore::delete_expired(TimePoint now) {
    watch_->note("delete_expired");
    return store_->delete_expired(now);
}

std::optional<std::string> WatchedStore::find_setting(std::string_view name) {
    watch_->note("find_setting " + std::string(name));
    return store_->find_setting(name);
}

bool WatchedStore::save_setting(std::string_view name, std::string_view value) {
    watch_->note("save_setting");
    return store_->save_setting(name, value);
}

bool WatchedStore::is_healthy() {
    watch_->note("is_healthy");
    return store_->is_healthy();
}

}  // namespace latchkey::test
