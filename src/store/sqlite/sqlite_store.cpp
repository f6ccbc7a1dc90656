// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/sqlite_store.hpp"

#include "accounts/email_address.hpp"
#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/once.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/audit_hasher.hpp"
#include "store/commit.hpp"
#include "store/sqlite/activity.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/ids.hpp"
#include "store/sqlite/jobs.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/opening.hpp"
#include "store/sqlite/read_cache.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/sqlite/row_renewal.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/writer.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::store {

namespace sqlite {

namespace {

class OpenStore final : public Store {
public:
    OpenStore(Opened opened, const SqliteOptions& options)
        : lock_(std::move(opened.lock)),
          connection_(std::move(opened.connection)),
          last_uses_(std::move(opened.last_uses)),
          audit_chain_(std::move(opened.audit_chain)),
          ids_(
              opened.first_id,
              opened.first_id + IdSource::block,
              [this](std::int64_t next) { reserve_ids(next); }
          ),
          cache_(options.cached_accounts),
          guard_(options.on_refused_row),
          writer_(
              {.connection = *connection_,
               .last_uses = *last_uses_,
               .cache = cache_,
               .guard = guard_,
               .audit_chain = *audit_chain_},
              {.clock = options.clock,
               .queue_limit = options.queue_limit,
               .group_limit = options.group_limit,
               .longest_pause = options.longest_pause,
               .on_fatal = options.on_fatal}
          ),
          readers_({.path = options.path, .vfs = options.vfs}, options.readers) {}

    void commit(Commit commit, Once<void(CommitResult)> done) override {
        writer_.queue(std::move(commit), std::move(done));
    }

    void use_keys(StoreKeys keys) override {
        guard_.use(std::move(keys.rows));
        audit_chain_->use(std::move(keys.audit));
    }

    bool adopt_rows(std::vector<Setting> settings) override {
        return write(AdoptRows{std::move(settings)});
    }

    std::optional<RenewalPlace> renew(RenewalPlace from, std::size_t count, const Reseal& reseal)
        override {
        RenewalPlace place = from;
        const bool is_written =
            write(RenewRows{.from = from, .count = count, .reseal = &reseal, .place = &place});
        return is_written ? std::optional(place) : std::nullopt;
    }

    std::optional<AuditHead> seal_audit(TimePoint now) override {
        std::optional<AuditHead> sealed;
        return write(SealAudit{now, &sealed}) ? sealed : std::nullopt;
    }

    [[nodiscard]] bool reads_block() const override { return false; }

    std::int64_t next_id() override { return ids_.next(); }

    std::optional<accounts::Account> find_account(accounts::AccountId id) override {
        Readers::Loan reader(readers_);
        auto rows = reader->account_by_id.query(id);
        return rows.next() ? std::optional(account_of(rows)) : std::nullopt;
    }

    std::optional<accounts::Account> find_account(const accounts::EmailAddress& email) override {
        Readers::Loan reader(readers_);
        auto rows = reader->account_at_or_after.query(email.canonical());
        if (!rows.next()) return std::nullopt;
        auto account = account_of(rows);
        const bool is_there = account.email.canonical() == email.canonical();
        return is_there ? std::optional(std::move(account)) : std::nullopt;
    }

    std::vector<accounts::Account> list_accounts(accounts::AccountId after, std::size_t count)
        override {
        Readers::Loan reader(readers_);
        auto rows = reader->accounts_after.query(after, static_cast<std::int64_t>(count));
        return accounts_of(rows);
    }

    std::vector<accounts::Account> list_deletions(TimePoint now, std::size_t count) override {
        Readers::Loan reader(readers_);
        auto rows = reader->accounts_to_delete.query(now, static_cast<std::int64_t>(count));
        return accounts_of(rows);
    }

    std::optional<KnownPasskey> find_passkey(const webauthn::CredentialId& id) override {
        auto read = cache_.find(id);
        if (read == nullptr) read = read_account(nullptr, id);
        if (read == nullptr) return std::nullopt;
        const auto passkey = std::ranges::find(
            read->passkeys, id, [](const auto& each) -> const auto& { return each.record.id; }
        );
        if (passkey == read->passkeys.end()) return std::nullopt;  // refused by its MAC
        return KnownPasskey{*passkey, read->account};
    }

    bool has_credential(const webauthn::CredentialId& id) override {
        Readers::Loan reader(readers_);
        return reader->credential_id.query(id).next();
    }

    std::vector<accounts::Passkey> list_suspended(TimePoint until, std::size_t count) override {
        Readers::Loan reader(readers_);
        auto rows = reader->passkeys_suspended.query(until, static_cast<std::int64_t>(count));
        std::vector<accounts::Passkey> passkeys;
        while (rows.next()) {
            auto passkey = guard_.passkey(rows, webauthn::UserHandle(rows.blob(passkey_columns)));
            if (passkey) passkeys.push_back(*std::move(passkey));
        }
        return passkeys;
    }

    std::vector<webauthn::CredentialId> list_credential_ids(accounts::AccountId account) override {
        auto read = cache_.find(account);
        if (read == nullptr) read = read_account(account, nullptr);
        if (read == nullptr) return {};
        return read->credential_ids;
    }

    std::vector<accounts::Passkey> list_passkeys(accounts::AccountId account) override {
        Readers::Loan reader(readers_);
        for (;;) {
            const auto merges = last_uses_->merges();
            auto passkeys = read_passkeys(*reader, guard_, account);
            for (auto& passkey : passkeys) {
                auto use = last_uses_->find(passkey.id);
                if (!use) continue;
                passkey.last_used_at = use->at;
                passkey.last_used_on = std::move(use->on);
            }
            // A use that was merged in between was perhaps seen in neither place.
            if (last_uses_->merges() == merges) return passkeys;
        }
    }

    std::optional<KnownIdentity> find_identity(const accounts::Identity& who) override {
        Readers::Loan reader(readers_);
        auto rows = reader->identity_by_subject.query(who.issuer, who.subject);
        if (!rows.next()) return std::nullopt;
        auto identity = guard_.identity(rows);
        if (!identity) return std::nullopt;
        return KnownIdentity{*std::move(identity), account_of(rows, linked_identity_columns)};
    }

    std::vector<accounts::LinkedIdentity> list_identities(accounts::AccountId account) override {
        Readers::Loan reader(readers_);
        auto rows = reader->identities_of_account.query(account);
        std::vector<accounts::LinkedIdentity> identities;
        while (rows.next()) {
            if (auto identity = guard_.identity(rows)) identities.push_back(*std::move(identity));
        }
        return identities;
    }

    accounts::SecondSteps find_second_steps(accounts::AccountId account) override {
        Readers::Loan reader(readers_);
        auto rows = reader->second_steps.query(account);
        return rows.next() ? second_steps_of(rows, account) : accounts::SecondSteps{};
    }

    std::optional<KnownSession> find_session(accounts::SessionId id) override {
        Readers::Loan reader(readers_);
        auto rows = reader->session_by_id.query(id);
        if (!rows.next()) return std::nullopt;
        return KnownSession{session_of(rows), account_of(rows, session_columns)};
    }

    std::vector<accounts::Session> list_sessions(accounts::AccountId account) override {
        Readers::Loan reader(readers_);
        auto rows = reader->sessions_of_account.query(account);
        std::vector<accounts::Session> sessions;
        while (rows.next()) {
            sessions.push_back(session_of(rows));
        }
        return sessions;
    }

    std::optional<accounts::SignIn> find_sign_in(accounts::SignInId id) override {
        Readers::Loan reader(readers_);
        auto rows = reader->sign_in_by_id.query(id);
        return rows.next() ? std::optional(sign_in_of(rows)) : std::nullopt;
    }

    std::optional<accounts::EmailCode> find_code(accounts::CodeId id) override {
        Readers::Loan reader(readers_);
        auto rows = reader->code_by_id.query(id);
        return rows.next() ? std::optional(code_of(rows)) : std::nullopt;
    }

    LimitUse limit_use(const accounts::Hash& key, std::chrono::seconds window, TimePoint now)
        override {
        Readers::Loan reader(readers_);
        auto rows = reader->limit_use.query(key, now - window);
        if (!rows.next()) Rows::fail_corrupt();
        LimitUse use{.count = rows.unsigned_integer(0), .oldest_leaves_at = rows.optional_time(1)};
        if (use.oldest_leaves_at) *use.oldest_leaves_at += window;
        return use;
    }

    bool is_invited(const accounts::EmailAddress& email, TimePoint now) override {
        Readers::Loan reader(readers_);
        return reader->invitation.query(email.canonical(), now).next();
    }

    std::vector<accounts::Event> list_events(accounts::AccountId account, const EventQuery& query)
        override {
        Readers::Loan reader(readers_);
        return read_activity(*reader, account, query);
    }

    std::vector<QueuedMail> due_mails(accounts::Channel by, TimePoint now, std::size_t n) override {
        Readers::Loan reader(readers_);
        const auto channel = static_cast<std::int64_t>(by);
        auto rows = reader->mails_due.query(now, static_cast<std::int64_t>(n), channel);
        std::vector<QueuedMail> mails;
        while (rows.next()) {
            mails.push_back({
                .id = rows.id<accounts::MailId>(0),
                .sealed = rows.blob(1),
                .attempts = rows.unsigned_integer(2),
                .expires_at = rows.time(3),
            });
        }
        return mails;
    }

    // What could not be written shows itself: the mail is due again.
    void finish_mail(accounts::MailId id) override { static_cast<void>(write(FinishMail{id})); }

    bool has_mail(std::byte first) override {
        Readers::Loan reader(readers_);
        return reader->mail_that_begins.query(Bytes{first}).next();
    }

    void delay_mail(accounts::MailId id, TimePoint not_before) override {
        static_cast<void>(write(DelayMail{id, not_before}));
    }

    std::size_t delete_expired(TimePoint now) override {
        std::size_t deleted = 0;
        return write(DeleteExpired{now, &deleted}) ? deleted : 0;
    }

    std::optional<std::string> find_setting(std::string_view name) override {
        if (auto setting = cache_.find_setting(name)) return std::move(setting->value);
        const auto begun = cache_.begin();
        Readers::Loan reader(readers_);
        auto rows = reader->setting.query(name);
        ReadSetting setting{rows.next() ? std::optional(rows.text(0)) : std::nullopt};
        cache_.keep_setting(begun, name, setting);
        return std::move(setting.value);
    }

    bool save_setting(std::string_view name, std::string_view value) override {
        return write(SaveSetting{std::string(name), std::string(value)});
    }

    bool is_healthy() override {
        try {
            Readers::Loan reader(readers_);
            auto rows = reader->any_row.query();
            if (!rows.next()) return false;
        } catch (const ReadFailed&) {
            return false;
        }
        // After a group that failed (a full disk) only a write can tell whether it is over.
        return writer_.is_well() || save_setting("write_probe", "");
    }

private:
    /// An account with its passkeys, by its id or that of a credential: the other one is nullptr.
    /// nullptr if there is none, or it has no passkey.
    template <class Account, class Credential>
    ReadAccountPtr read_account(const Account& account, const Credential& credential) {
        const auto begun = cache_.begin();
        Readers::Loan reader(readers_);
        auto rows = reader->account_with_passkeys.query(account, credential);
        if (!rows.next()) return nullptr;
        ReadAccount read{
            .account = account_of(rows, passkey_columns), .passkeys = {}, .credential_ids = {}
        };
        do {
            read.credential_ids.emplace_back(rows.blob(credential_id_column));
            auto passkey = guard_.passkey(rows, read.account.user_handle);
            if (passkey) read.passkeys.push_back(*std::move(passkey));
        } while (rows.next());
        auto shared = std::make_shared<const ReadAccount>(std::move(read));
        cache_.keep(begun, shared);
        return shared;
    }

    bool write(Work work) {
        return std::holds_alternative<Committed>(writer_.write(std::move(work)));
    }

    void reserve_ids(std::int64_t next) {
        writer_.queue(ReserveIds{next}, [this, next](const CommitResult& result) {
            const bool done = std::holds_alternative<Committed>(result);
            ids_.reserved(done ? std::optional(next) : std::nullopt);
        });
    }

    // In the order in which they are needed: the writer answers to `ids_`, and its connection is
    // the last to close, which moves the whole log into the database file.
    FolderLock lock_;
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<LastUses> last_uses_;
    std::unique_ptr<AuditChain> audit_chain_;
    IdSource ids_;
    ReadCache cache_;
    RowGuard guard_;
    Writer writer_;
    Readers readers_;
};

[[noreturn]] void abort_on_fatal(const std::string& what) {
    std::fprintf(stderr, "latchkey: the database cannot be trusted any more: %s\n", what.c_str());
    std::abort();
}

}  // namespace

}  // namespace sqlite

Result<std::unique_ptr<Store>, StoreError> SqliteStore::open(SqliteOptions options) {
    LATCHKEY_ASSERT(options.clock != nullptr && options.path.has_parent_path());
    if (!options.on_fatal) options.on_fatal = sqlite::abort_on_fatal;
    auto opened = TRY(sqlite::open_database(options));
    return std::unique_ptr<Store>(std::make_unique<sqlite::OpenStore>(std::move(opened), options));
}

}  // namespace latchkey::store
