// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/store.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace latchkey::test {

/// A store that only takes commits: the test answers each, from its own thread, when it likes.
class FakeStore final : public store::Store {
public:
    void commit(store::Commit commit, Once<void(store::CommitResult)> done) override {
        if (answers_at_once) return std::move(done)(*answers_at_once);
        {
            const std::scoped_lock lock(mutex_);
            waiting_.emplace_back(std::move(commit), std::move(done));
        }
        arrived_.notify_one();
    }

    /// Set before the first request: the answer to every commit, given within commit().
    std::optional<store::CommitResult> answers_at_once;

    /// Waits for the next commit and answers it.
    store::Commit answer(store::CommitResult result) {
        auto [commit, done] = take();
        std::move(done)(std::move(result));
        return commit;
    }

    /// Waits for the next commit without answering it.
    std::pair<store::Commit, Once<void(store::CommitResult)>> take() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !waiting_.empty(); });
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        return next;
    }

    void use_keys(store::StoreKeys /*keys*/) override { unexpected<int>(); }

    bool adopt_rows(std::vector<store::Setting> /*settings*/) override {
        return unexpected<bool>();
    }

    std::optional<store::AuditHead> seal_audit(TimePoint /*now*/) override {
        return unexpected<std::optional<store::AuditHead>>();
    }

    std::optional<store::RenewalPlace>
    renew(store::RenewalPlace /*from*/, std::size_t /*count*/, const store::Reseal& /*reseal*/)
        override {
        return unexpected<std::optional<store::RenewalPlace>>();
    }

    bool has_mail(std::byte /*first*/) override { return unexpected<bool>(); }

    bool has_credential(const webauthn::CredentialId& /*id*/) override {
        return unexpected<bool>();
    }

    [[nodiscard]] bool reads_block() const override { return false; }

    std::int64_t next_id() override { return unexpected<std::int64_t>(); }

    std::optional<accounts::Account> find_account(accounts::AccountId /*id*/) override {
        return unexpected<std::optional<accounts::Account>>();
    }

    std::optional<accounts::Account> find_account(const accounts::EmailAddress& /*email*/
    ) override {
        return unexpected<std::optional<accounts::Account>>();
    }

    std::vector<accounts::Account>
    list_accounts(accounts::AccountId /*after*/, std::size_t /*count*/) override {
        return unexpected<std::vector<accounts::Account>>();
    }

    std::optional<store::KnownPasskey> find_passkey(const webauthn::CredentialId& /*id*/) override {
        return unexpected<std::optional<store::KnownPasskey>>();
    }

    std::vector<webauthn::CredentialId> list_credential_ids(accounts::AccountId /*account*/)
        override {
        return unexpected<std::vector<webauthn::CredentialId>>();
    }

    accounts::SecondSteps find_second_steps(accounts::AccountId /*account*/) override { return {}; }

    std::vector<accounts::Passkey> list_passkeys(accounts::AccountId /*account*/) override {
        return unexpected<std::vector<accounts::Passkey>>();
    }

    std::optional<store::KnownIdentity> find_identity(const accounts::Identity& /*who*/
    ) override {
        return unexpected<std::optional<store::KnownIdentity>>();
    }

    std::vector<accounts::LinkedIdentity> list_identities(accounts::AccountId /*account*/)
        override {
        return unexpected<std::vector<accounts::LinkedIdentity>>();
    }

    std::optional<store::KnownSession> find_session(accounts::SessionId /*id*/) override {
        return unexpected<std::optional<store::KnownSession>>();
    }

    std::vector<accounts::Session> list_sessions(accounts::AccountId /*account*/) override {
        return unexpected<std::vector<accounts::Session>>();
    }

    std::optional<accounts::SignIn> find_sign_in(accounts::SignInId /*id*/) override {
        return unexpected<std::optional<accounts::SignIn>>();
    }

    std::optional<accounts::EmailCode> find_code(accounts::CodeId /*id*/) override {
        return unexpected<std::optional<accounts::EmailCode>>();
    }

    LimitUse limit_use(
        const accounts::Hash& /*key*/, std::chrono::seconds /*window*/, TimePoint /*now*/
    ) override {
        return unexpected<LimitUse>();
    }

    bool is_invited(const accounts::EmailAddress& /*email*/, TimePoint /*now*/) override {
        return unexpected<bool>();
    }

    std::vector<accounts::Passkey> list_suspended(TimePoint /*until*/, std::size_t /*count*/)
        override {
        return unexpected<std::vector<accounts::Passkey>>();
    }

    std::vector<accounts::Account> list_deletions(TimePoint /*now*/, std::size_t /*count*/)
        override {
        return unexpected<std::vector<accounts::Account>>();
    }

    std::vector<accounts::Event> list_events(
        accounts::AccountId /*account*/, const EventQuery& /*query*/
    ) override {
        return unexpected<std::vector<accounts::Event>>();
    }

    std::vector<store::QueuedMail>
    due_mails(accounts::Channel /*channel*/, TimePoint /*now*/, std::size_t /*count*/) override {
        return unexpected<std::vector<store::QueuedMail>>();
    }

    void finish_mail(accounts::MailId /*id*/) override { unexpected<int>(); }

    void delay_mail(accounts::MailId /*id*/, TimePoint /*not_before*/) override {
        unexpected<int>();
    }

    std::size_t delete_expired(TimePoint /*now*/) override { return unexpected<std::size_t>(); }

    std::optional<std::string> find_setting(std::string_view /*name*/) override {
        return unexpected<std::optional<std::string>>();
    }

    bool save_setting(std::string_view /*name*/, std::string_view /*value*/) override {
        return unexpected<bool>();
    }

    bool is_healthy() override { return unexpected<bool>(); }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::pair<store::Commit, Once<void(store::CommitResult)>>> waiting_;

    template <class T>
    [[noreturn]] static T unexpected() {
        throw std::logic_error("the HTTP layer reads nothing from the store");
    }
};

}  // namespace latchkey::test
