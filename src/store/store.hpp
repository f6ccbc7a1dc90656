// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/once.hpp"
#include "store/audit_hasher.hpp"
#include "store/commit.hpp"
#include "store/row_macs.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::store {

/// A credential with its account, read in one snapshot.
struct KnownPasskey {
    accounts::Passkey passkey;
    accounts::Account account;
};

/// A session with its account, read in one snapshot.
struct KnownSession {
    accounts::Session session;
    accounts::Account account;
};

/// An identity at another provider with its account, read in one snapshot.
struct KnownIdentity {
    accounts::LinkedIdentity identity;
    accounts::Account account;
};

/// A mail of the outbox that is due.
struct QueuedMail {
    accounts::MailId id;
    Bytes sealed;
    std::uint32_t attempts = 0;
    TimePoint expires_at;
};

/// What keeps rows and events from being altered unseen.
struct StoreKeys {
    RowMacsPtr rows;
    AuditHasherPtr audit;
};

/// A small value kept by name.
struct Setting {
    std::string name;
    std::string value;
};

/// What is under a key of the key file, in the order in which it is renewed.
enum class RenewedTable : std::uint8_t { passkeys, identities, authenticator_apps, none };

/// Which rows are done: those of the tables before, and of this one up to that id.
struct RenewalPlace {
    RenewedTable table = RenewedTable::passkeys;
    std::int64_t row = 0;

    bool operator==(const RenewalPlace&) const = default;
};

/// The secret of an authenticator app, as its row has it.
struct SealedSecret {
    accounts::AuthenticatorAppId app;
    accounts::AccountId account;
    Bytes sealed;
};

/// What stands there from now on; nullopt: what stood there. Must not throw.
using Reseal = std::function<std::optional<Bytes>(const SealedSecret&)>;

/// Where Latchkey keeps its state: one interface, the same contract for each database
/// (tests/store/contract.hpp is that contract). Thread-safe. A read sees every commit that was
/// answered before it began. A read that fails for a reason other than "not there" throws
/// ReadFailed, which the HTTP layer answers with 503.
class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    Store(Store&&) = delete;
    Store& operator=(Store&&) = delete;
    virtual ~Store() = default;

    /// Queues the commit. `done` is called exactly once: on the writer's thread, or at once on the
    /// calling one with Unknown if the queue is full. It only posts. Committed means durable.
    virtual void commit(Commit commit, Once<void(CommitResult)> done) = 0;

    /// From now on rows of credentials and identities are written and read under `keys`, and audit
    /// events chained: what the MACs do not vouch for is not there. Called before the first of
    /// them is touched; until then touching one is a fault of ours. Called again when the key file
    /// got another key.
    virtual void use_keys(StoreKeys keys) = 0;

    /// Gives each of those rows that has no MAC its own and each event that is not in the chain a
    /// place in it, and saves settings, in one transaction: for a database that was made before
    /// there were any. Blocks until durable. False if it could not be written; then nothing was.
    virtual bool adopt_rows(std::vector<Setting> settings) = 0;

    /// Brings rows under the newest key: those that their MAC vouches for get one of the key that
    /// makes now, secrets what `reseal` makes of them, on the writer's thread. Looks at `count`
    /// rows after `from`; where that ends. Blocks until durable; nullopt if it could not be
    /// written: then nothing was.
    virtual std::optional<RenewalPlace> renew(
        RenewalPlace from, std::size_t count, const Reseal& reseal
    ) = 0;

    /// Notes for good where the chain of audit events ends now; that head, or nullopt if there is
    /// nothing new, or it could not be written. Blocks until durable.
    virtual std::optional<AuditHead> seal_audit(TimePoint now) = 0;

    /// Whether reads wait for a network: then handlers run on a pool.
    [[nodiscard]] virtual bool reads_block() const = 0;

    /// A new row id: rises, is never given twice, also not after a restart. Throws ReadFailed if
    /// the disk does not take the reservation of more ids.
    virtual std::int64_t next_id() = 0;

    [[nodiscard]] virtual std::optional<accounts::Account> find_account(accounts::AccountId id) = 0;
    [[nodiscard]] virtual std::optional<accounts::Account> find_account(
        const accounts::EmailAddress& email
    ) = 0;

    /// Accounts in the order of their ids after `after`, at most `count`.
    [[nodiscard]] virtual std::vector<accounts::Account> list_accounts(
        accounts::AccountId after, std::size_t count
    ) = 0;

    /// Accounts whose time to be deleted has come, longest due first, at most `count`.
    [[nodiscard]] virtual std::vector<accounts::Account> list_deletions(
        TimePoint now, std::size_t count
    ) = 0;

    /// Whatever its purpose or status. Leaves out when and where it was last used, which no sign-in
    /// needs: list_passkeys has it.
    [[nodiscard]] virtual std::optional<KnownPasskey> find_passkey(const webauthn::CredentialId& id
    ) = 0;

    /// Whether a credential has this id, be it one that its MAC does not vouch for: of what only
    /// was altered here nobody else is told that it is gone.
    [[nodiscard]] virtual bool has_credential(const webauthn::CredentialId& id) = 0;

    /// Passkeys that were suspended at `until` or before, the longest suspended first, at most
    /// `count`; without their last use.
    [[nodiscard]] virtual std::vector<accounts::Passkey> list_suspended(
        TimePoint until, std::size_t count
    ) = 0;

    /// The ids of all credentials of the account (also suspended ones, second factors and those
    /// that their MAC does not vouch for), oldest first, in one snapshot.
    [[nodiscard]] virtual std::vector<webauthn::CredentialId> list_credential_ids(
        accounts::AccountId account
    ) = 0;

    /// The same credentials in full, but for those that their MAC does not vouch for.
    [[nodiscard]] virtual std::vector<accounts::Passkey> list_passkeys(accounts::AccountId account
    ) = 0;

    [[nodiscard]] virtual std::optional<KnownIdentity> find_identity(const accounts::Identity& who
    ) = 0;
    [[nodiscard]] virtual std::vector<accounts::LinkedIdentity> list_identities(
        accounts::AccountId account
    ) = 0;

    /// What the account has for the second step, in one snapshot; nothing without an account.
    [[nodiscard]] virtual accounts::SecondSteps find_second_steps(accounts::AccountId account) = 0;

    [[nodiscard]] virtual std::optional<KnownSession> find_session(accounts::SessionId id) = 0;
    [[nodiscard]] virtual std::vector<accounts::Session> list_sessions(accounts::AccountId account
    ) = 0;

    [[nodiscard]] virtual std::optional<accounts::SignIn> find_sign_in(accounts::SignInId id) = 0;
    [[nodiscard]] virtual std::optional<accounts::EmailCode> find_code(accounts::CodeId id) = 0;

    /// How many events the window before `now` holds, and when the oldest of them leaves it.
    struct LimitUse {
        std::uint32_t count = 0;
        std::optional<TimePoint> oldest_leaves_at;
    };

    [[nodiscard]] virtual LimitUse limit_use(
        const accounts::Hash& key, std::chrono::seconds window, TimePoint now
    ) = 0;

    [[nodiscard]] virtual bool is_invited(const accounts::EmailAddress& email, TimePoint now) = 0;

    /// Which events of an account are wanted.
    struct EventQuery {
        std::size_t count = 0;                                     // at most
        std::optional<accounts::EventGroup> group = std::nullopt;  // nullopt: all of them
        std::optional<accounts::EventId> before = std::nullopt;    // older ones than that only
    };

    /// Newest first. Sign-ins from so long ago that finding them would take long may be missing;
    /// any other kind of event is there for as long as it is kept.
    [[nodiscard]] virtual std::vector<accounts::Event> list_events(
        accounts::AccountId account, const EventQuery& query
    ) = 0;

    // ---- the outbox worker's side; not part of sign-in commits

    /// Mails (or text messages) that are due, also those past their expiry, longest due first, at
    /// most `count`.
    [[nodiscard]] virtual std::vector<QueuedMail> due_mails(
        accounts::Channel channel, TimePoint now, std::size_t count
    ) = 0;

    /// Sent or given up: the sealed content is erased. Blocks until durable. If it could not be
    /// written, the mail is due again.
    virtual void finish_mail(accounts::MailId id) = 0;

    /// Whether a mail or text message waits whose sealed content begins with that byte.
    [[nodiscard]] virtual bool has_mail(std::byte first) = 0;

    /// Failed for now: one attempt more, next try at `not_before`. Blocks until durable. If it
    /// could not be written, the mail is due again as before.
    virtual void delay_mail(accounts::MailId id, TimePoint not_before) = 0;

    /// Deletes what has expired (codes, sign-ins, sessions, invitations, old limit counts, mails
    /// past their expiry). Bounded work per call; returns how many rows went, 0 also if they
    /// could not be written.
    virtual std::size_t delete_expired(TimePoint now) = 0;

    // ---- what belongs to the whole database

    /// A small value kept by name: "rp_id", "last_seen". nullopt: never set.
    [[nodiscard]] virtual std::optional<std::string> find_setting(std::string_view name) = 0;

    /// Blocks until durable. False if it could not be written.
    virtual bool save_setting(std::string_view name, std::string_view value) = 0;

    /// Whether reads and writes work now: readiness.
    [[nodiscard]] virtual bool is_healthy() = 0;
};

/// A read could not be done (I/O error, corrupt page, out of memory).
struct ReadFailed {
    int code = 0;  // the database's own number, for the log
};

}  // namespace latchkey::store
