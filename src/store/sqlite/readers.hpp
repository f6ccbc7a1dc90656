// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/connection.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace latchkey::store::sqlite {

/// A connection that only reads, with its statements. Each read is one statement, so it sees one
/// snapshot, and every commit that was answered before it began.
struct Reader {
    explicit Reader(std::unique_ptr<Connection> opened) : connection(std::move(opened)) {}

    std::unique_ptr<Connection> connection;

    Statement account_by_id{
        *connection,
        "SELECT id, public_id, user_handle, email, created_at, version, epoch, factors,"
        "       recovered_at, frozen_at, second_email, deletes_at, language"
        " FROM accounts WHERE id = ?1"
    };
    // The account at the address or, if nobody has it, the next one in the order of addresses: a
    // row is read in either case, so that the time does not tell (T13).
    Statement account_at_or_after{
        *connection,
        "SELECT id, public_id, user_handle, email, created_at, version, epoch, factors,"
        "       recovered_at, frozen_at, second_email, deletes_at, language"
        " FROM accounts WHERE email_canonical >= ?1 ORDER BY email_canonical LIMIT 1"
    };
    Statement accounts_after{
        *connection,
        "SELECT id, public_id, user_handle, email, created_at, version, epoch, factors,"
        "       recovered_at, frozen_at, second_email, deletes_at, language"
        " FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2"
    };
    Statement accounts_to_delete{
        *connection,
        "SELECT id, public_id, user_handle, email, created_at, version, epoch, factors,"
        "       recovered_at, frozen_at, second_email, deletes_at, language"
        " FROM accounts WHERE deletes_at <= ?1 ORDER BY deletes_at LIMIT ?2"
    };
    // All passkeys of one account, each beside the account, by its id or a credential id.
    Statement account_with_passkeys{
        *connection,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.id, a.public_id, a.user_handle, a.email, a.created_at, a.version, "
        "a.epoch,"
        "       a.factors, a.recovered_at, a.frozen_at,"
        "       a.second_email, a.deletes_at, a.language"
        " FROM passkeys p JOIN accounts a ON a.id = p.account"
        " WHERE p.account = ifnull(?1, (SELECT account FROM passkeys WHERE credential_id = ?2))"
        " ORDER BY p.id"
    };
    Statement passkeys_of_account{
        *connection,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.user_handle, u.at, u.used_on"
        " FROM passkeys p JOIN accounts a ON a.id = p.account"
        " LEFT JOIN passkey_last_uses u ON u.passkey = p.id"
        " WHERE p.account = ?1 ORDER BY p.id"
    };
    Statement passkeys_suspended{
        *connection,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.user_handle"
        " FROM passkeys p JOIN accounts a ON a.id = p.account"
        " WHERE p.suspended_at <= ?1 ORDER BY p.suspended_at LIMIT ?2"
    };
    Statement identity_by_subject{
        *connection,
        "SELECT i.id, i.public_id, i.account, i.issuer, i.subject, i.email, i.linked_at,"
        "       i.row_mac,"
        "       a.id, a.public_id, a.user_handle, a.email, a.created_at, a.version, a.epoch,"
        "       a.factors, a.recovered_at, a.frozen_at,"
        "       a.second_email, a.deletes_at, a.language"
        " FROM identities i JOIN accounts a ON a.id = i.account"
        " WHERE i.issuer = ?1 AND i.subject = ?2"
    };
    Statement identities_of_account{
        *connection,
        "SELECT id, public_id, account, issuer, subject, email, linked_at, row_mac"
        " FROM identities"
        " WHERE account = ?1 ORDER BY id"
    };
    Statement credential_id{*connection, "SELECT 1 FROM passkeys WHERE credential_id = ?1"};
    Statement session_by_id{
        *connection,
        "SELECT s.id, s.token_hash, s.account, s.account_epoch, s.assurance, s.created_at,"
        "       s.authenticated_at, s.recovered_at, s.passkey, s.browser, s.expires_at,"
        "       s.last_seen_at, a.id, a.public_id, a.user_handle, a.email, a.created_at,"
        "       a.version, a.epoch, a.factors, a.recovered_at, a.frozen_at,"
        "       a.second_email, a.deletes_at, a.language"
        " FROM sessions s JOIN accounts a ON a.id = s.account WHERE s.id = ?1"
    };
    Statement sessions_of_account{
        *connection,
        "SELECT s.id, s.token_hash, s.account, s.account_epoch, s.assurance, s.created_at,"
        "       s.authenticated_at, s.recovered_at, s.passkey, s.browser, s.expires_at,"
        "       s.last_seen_at"
        " FROM session_buckets b"
        " CROSS JOIN sessions s ON (s.id >> 12) = b.number AND s.account = ?1 ORDER BY s.id"
    };
    Statement sign_in_by_id{
        *connection,
        "SELECT id, token_hash, version, state, account, account_epoch, email, proof, passkey,"
        "       recovered, proved_at, user_handle, intent, replaces, return_to, expires_at,"
        "       issuer, subject, second"
        " FROM sign_ins WHERE id = ?1"
    };
    Statement code_by_id{
        *connection,
        "SELECT id, mac, address_key, account, account_epoch, attempts, spent, created_at,"
        "       expires_at"
        " FROM email_codes WHERE id = ?1"
    };
    Statement second_steps{
        *connection,
        "SELECT (SELECT count(*) FROM recovery_codes WHERE account = ?1), p.id, p.account,"
        "       p.sealed_secret, p.last_step, p.failures, p.created_on, p.created_at,"
        "       p.last_used_at, h.account_epoch, h.started_at, h.ends_at, h.by_operator, t.id,"
        "       t.number, t.failures, t.created_on, t.created_at, t.last_used_at,"
        "       f.second"
        " FROM (SELECT 1) LEFT JOIN authenticator_apps p ON p.account = ?1"
        "                 LEFT JOIN holds h ON h.account = ?1"
        "                 LEFT JOIN phones t ON t.account = ?1"
        "                 LEFT JOIN preferred_second_steps f ON f.account = ?1"
    };
    Statement limit_use{
        *connection,
        "SELECT coalesce(sum(events), 0), min(at) FROM limit_counts WHERE key = ?1 AND at > ?2"
    };
    Statement invitation{
        *connection, "SELECT 1 FROM invitations WHERE email_canonical = ?1 AND expires_at > ?2"
    };
    // Events are looked up in two indexes, see activity.hpp.
    Statement begin{*connection, "BEGIN"};
    Statement rollback{*connection, "ROLLBACK"};
    Statement events_but_sign_ins{
        *connection,
        "SELECT id, at, kind, account, network, browser, detail FROM events"
        " WHERE account = ?1 AND kind <> 'signed_in' AND id < ?2 ORDER BY id DESC"
    };
    Statement sign_ins_in_bucket{
        *connection,
        "SELECT id, at, kind, account, network, browser, detail FROM events"
        " WHERE (id >> 12) = ?1 AND account = ?2 AND kind = 'signed_in' AND id < ?3"
        " ORDER BY id DESC"
    };
    Statement event_bucket_before{
        *connection, "SELECT max(id) >> 12 FROM events WHERE id < ?1 << 12"
    };
    Statement mails_due{
        *connection,
        "SELECT id, sealed, attempts, expires_at FROM mails"
        " WHERE channel = ?3 AND not_before <= ?1 ORDER BY not_before, id LIMIT ?2"
    };
    Statement mail_that_begins{
        *connection, "SELECT 1 FROM mails WHERE substr(sealed, 1, 1) = ?1 LIMIT 1"
    };
    Statement setting{*connection, "SELECT value FROM settings WHERE name = ?1"};
    Statement any_row{*connection, "SELECT next FROM id_sequence"};
};

/// Readers that are lent out one at a time, opened when first needed. Thread-safe.
class Readers {
public:
    Readers(ConnectionOptions options, std::size_t limit)
        : options_(std::move(options)), limit_(limit) {}

    /// Holds a reader until it goes; several at once from different threads.
    class Loan {
    public:
        explicit Loan(Readers& from) : from_(from), reader_(from.take()) {}

        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        Loan(Loan&&) = delete;
        Loan& operator=(Loan&&) = delete;

        ~Loan() { from_.give_back(std::move(reader_)); }

        Reader* operator->() { return reader_.get(); }

        Reader& operator*() { return *reader_; }

    private:
        Readers& from_;
        std::unique_ptr<Reader> reader_;
    };

private:
    /// Waits if all are lent. Throws ReadFailed if a new one cannot be opened.
    std::unique_ptr<Reader> take();
    void give_back(std::unique_ptr<Reader> reader);

    ConnectionOptions options_;
    std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Reader>> idle_;
    std::size_t opened_ = 0;
};

}  // namespace latchkey::store::sqlite
