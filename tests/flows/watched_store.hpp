// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "flows/latchkey.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::test {

/// What went through a WatchedStore. Thread-safe.
class StoreWatch {
public:
    /// Every call in its order: "find_account", "commit CountTowardsLimit StoreCode: committed".
    [[nodiscard]] std::vector<std::string> calls() const;

    /// Commits that were asked for.
    [[nodiscard]] std::size_t commits() const;

    /// Guesses that were compared, whatever came out.
    [[nodiscard]] std::size_t guesses_compared() const;

    /// The calls, and the failure that is still to come.
    void forget();

    /// The call after `calls` others fails, once: a read by ReadFailed, a commit without an answer
    /// whether it was made. What it would have done is not done.
    void fail_after(std::size_t calls);
    [[nodiscard]] bool has_failed() const;

    /// Throws store::ReadFailed if it is this call that fails.
    void note(std::string call);
    void note_commit(const std::string& changes, const store::CommitResult& result);

    /// Whether it is this call that fails.
    bool fails();

private:
    mutable std::mutex mutex_;
    std::vector<std::string> calls_;                   // guarded by mutex_
    std::size_t commits_ = 0;                          // guarded by mutex_
    std::size_t guesses_compared_ = 0;                 // guarded by mutex_
    std::optional<std::size_t> calls_before_failure_;  // guarded by mutex_; nullopt: none fails
    bool has_failed_ = false;                          // guarded by mutex_
};

/// Passes every call on and writes it down.
class WatchedStore final : public store::Store {
public:
    WatchedStore(std::unique_ptr<store::Store> store, std::shared_ptr<StoreWatch> watch)
        : store_(std::move(store)), watch_(std::move(watch)) {}

    void commit(store::Commit commit, Once<void(store::CommitResult)> done) override;
    void use_keys(store::StoreKeys keys) override;
    bool adopt_rows(std::vector<store::Setting> settings) override;
    std::optional<store::RenewalPlace> renew(
        store::RenewalPlace from, std::size_t count, const store::Reseal& reseal
    ) override;
    std::optional<store::AuditHead> seal_audit(TimePoint now) override;
    bool has_mail(std::byte first) override;
    bool has_credential(const webauthn::CredentialId& id) override;
    [[nodiscard]] bool reads_block() const override;
    std::int64_t next_id() override;
    std::optional<accounts::Account> find_account(accounts::AccountId id) override;
    std::optional<accounts::Account> find_account(const accounts::EmailAddress& email) override;
    std::vector<accounts::Account> list_accounts(accounts::AccountId after, std::size_t count)
        override;
    std::optional<store::KnownPasskey> find_passkey(const webauthn::CredentialId& id) override;
    std::vector<webauthn::CredentialId> list_credential_ids(accounts::AccountId account) override;
    accounts::SecondSteps find_second_steps(accounts::AccountId account) override;
    std::vector<accounts::Passkey> list_passkeys(accounts::AccountId account) override;
    std::optional<store::KnownIdentity> find_identity(const accounts::Identity& who) override;
    std::vector<accounts::LinkedIdentity> list_identities(accounts::AccountId account) override;
    std::optional<store::KnownSession> find_session(accounts::SessionId id) override;
    std::vector<accounts::Session> list_sessions(accounts::AccountId account) override;
    std::optional<accounts::SignIn> find_sign_in(accounts::SignInId id) override;
    std::optional<accounts::EmailCode> find_code(accounts::CodeId id) override;
    LimitUse limit_use(const accounts::Hash& key, std::chrono::seconds window, TimePoint now)
        override;
    bool is_invited(const accounts::EmailAddress& email, TimePoint now) override;
    std::vector<accounts::Passkey> list_suspended(TimePoint until, std::size_t count) override;
    std::vector<accounts::Account> list_deletions(TimePoint now, std::size_t count) override;
    std::vector<accounts::Event> list_events(accounts::AccountId account, const EventQuery& query)
        override;
    std::vector<store::QueuedMail> due_mails(
        accounts::Channel channel, TimePoint now, std::size_t count
    ) override;
    void finish_mail(accounts::MailId id) override;
    void delay_mail(accounts::MailId id, TimePoint not_before) override;
    std::size_t delete_expired(TimePoint now) override;
    std::optional<std::string> find_setting(std::string_view name) override;
    bool save_setting(std::string_view name, std::string_view value) override;
    bool is_healthy() override;

private:
    std::unique_ptr<store::Store> store_;
    std::shared_ptr<StoreWatch> watch_;  // shared with the test, over restarts
};

/// For LatchkeyOptions::wrap_store.
inline auto watched_by(std::shared_ptr<StoreWatch> watch) {
    return [watch = std::move(watch)](std::unique_ptr<store::Store> store
           ) -> std::unique_ptr<store::Store> {
        return std::make_unique<WatchedStore>(std::move(store), watch);
    };
}

/// The name of a change: "AddPasskey".
std::string name_of(const store::Change& change);

}  // namespace latchkey::test
