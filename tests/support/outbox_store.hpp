// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::test {

/// The outbox side of a Store, in memory, with faults on demand. The rest must not be called.
class OutboxStore final : public store::Store {
public:
    void queue(const store::QueuedMail& mail) {
        const std::scoped_lock lock(mutex_);
        mails_.insert_or_assign(mail.id, Row{.mail = mail, .not_before = {}});
    }

    [[nodiscard]] std::optional<store::QueuedMail> find(accounts::MailId id) const {
        const std::scoped_lock lock(mutex_);
        const auto found = mails_.find(id);
        if (found == mails_.end()) return std::nullopt;
        return found->second.mail;
    }

    bool loses_writes = false;
    bool fails_reads = false;

    [[nodiscard]] std::vector<store::QueuedMail> due_mails(
        accounts::Channel /*channel*/, TimePoint now, std::size_t count
    ) override {
        const std::scoped_lock lock(mutex_);
        if (fails_reads) throw store::ReadFailed{.code = 10};
        std::vector<store::QueuedMail> due;
        for (const auto& [id, row] : mails_) {
            if (row.not_before <= now && due.size() < count) due.push_back(row.mail);
        }
        return due;
    }

    void finish_mail(accounts::MailId id) override {
        const std::scoped_lock lock(mutex_);
        if (!loses_writes) mails_.erase(id);
    }

    void delay_mail(accounts::MailId id, TimePoint not_before) override {
        const std::scoped_lock lock(mutex_);
        if (loses_writes) return;
        Row& row = mails_.at(id);
        row.not_before = not_before;
        ++row.mail.attempts;
    }

    void commit(store::Commit /*commit*/, Once<void(store::CommitResult)> /*done*/) override {
        unexpected();
    }

    [[nodiscard]] bool reads_block() const override { return false; }

    void use_keys(store::StoreKeys /*keys*/) override { unexpected(); }

    bool adopt_rows(std::vector<store::Setting> /*settings*/) override {
        unexpected();
        return false;
    }

    std::optional<store::AuditHead> seal_audit(TimePoint /*now*/) override {
        unexpected();
        return std::nullopt;
    }

    std::optional<store::RenewalPlace>
    renew(store::RenewalPlace /*from*/, std::size_t /*count*/, const store::Reseal& /*reseal*/)
        override {
        unexpected();
        return std::nullopt;
    }

    bool has_mail(std::byte /*first*/) override {
        unexpected();
        return false;
    }

    bool has_credential(const webauthn::CredentialId& /*id*/) override {
        unexpected();
        return false;
    }

    std::int64_t next_id() override { return unexpected(); }

    [[nodiscard]] std::optional<accounts::Account> find_account(accounts::AccountId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<accounts::Account> find_account(const accounts::EmailAddress&)
        override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<accounts::Account> list_accounts(accounts::AccountId, std::size_t)
        override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<store::KnownPasskey> find_passkey(const webauthn::CredentialId&)
        override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<webauthn::CredentialId> list_credential_ids(accounts::AccountId
    ) override {
        unexpected();
        return {};
    }

    [[nodiscard]] accounts::SecondSteps find_second_steps(accounts::AccountId) override {
        return {};
    }

    [[nodiscard]] std::vector<accounts::Passkey> list_passkeys(accounts::AccountId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<store::KnownIdentity> find_identity(const accounts::Identity&)
        override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<accounts::LinkedIdentity> list_identities(accounts::AccountId
    ) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<store::KnownSession> find_session(accounts::SessionId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<accounts::Session> list_sessions(accounts::AccountId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<accounts::SignIn> find_sign_in(accounts::SignInId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::optional<accounts::EmailCode> find_code(accounts::CodeId) override {
        unexpected();
        return {};
    }

    [[nodiscard]] LimitUse limit_use(const accounts::Hash&, std::chrono::seconds, TimePoint)
        override {
        unexpected();
        return {};
    }

    [[nodiscard]] bool is_invited(const accounts::EmailAddress&, TimePoint) override {
        return unexpected() != 0;
    }

    [[nodiscard]] std::vector<accounts::Passkey> list_suspended(TimePoint, std::size_t) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<accounts::Account> list_deletions(TimePoint, std::size_t) override {
        unexpected();
        return {};
    }

    [[nodiscard]] std::vector<accounts::Event> list_events(accounts::AccountId, const EventQuery&)
        override {
        unexpected();
        return {};
    }

    std::size_t delete_expired(TimePoint) override {
        unexpected();
        return 0;
    }

    [[nodiscard]] std::optional<std::string> find_setting(std::string_view) override {
        unexpected();
        return {};
    }

    bool save_setting(std::string_view, std::string_view) override { return unexpected() != 0; }

    [[nodiscard]] bool is_healthy() override { return unexpected() != 0; }

private:
    struct Row {
        store::QueuedMail mail;
        TimePoint not_before;
    };

    static std::int64_t unexpected() {
        LATCHKEY_ASSERT(false);  // the outbox has no business with this
        return 0;
    }

    mutable std::mutex mutex_;
    std::map<accounts::MailId, Row> mails_;
};

}  // namespace latchkey::test
