// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/commit.hpp"
#include "store/sqlite/account_changes.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/factor_changes.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/read_cache.hpp"
#include "store/sqlite/row_guard.hpp"

/// Each change of a commit as SQL. One class for each group of changes; each holds its statements
/// and runs on the writer's thread, inside the savepoint of its commit.
namespace latchkey::store::sqlite {

/// What changes of one commit share.
struct Context {
    OperationId operation{};
    std::vector<Spent> spent;  // grows with each SpendAttempt
};

class PasskeyChanges {
public:
    PasskeyChanges(
        Connection& connection, LastUses& last_uses, ReadCache& cache, const RowGuard& guard
    )
        : connection_(connection), last_uses_(last_uses), cache_(cache), guard_(guard) {}

    Applied apply(const accounts::AddPasskey& change);
    Applied apply(const accounts::UsePasskey& change);
    Applied apply(const accounts::RenamePasskey& change);
    Applied apply(const accounts::RemovePasskey& change);
    Applied apply(const accounts::SuspendPasskey& change);
    Applied apply(const accounts::RestorePasskey& change);
    Applied apply(const accounts::DeleteSuspendedPasskey& change);

private:
    struct Opener {
        accounts::AccountId account;
        accounts::PasskeyId passkey;
        std::optional<accounts::SessionId> keep;
    };

    /// Ends what the passkey opened: sessions but one, and sign-ins that it proved.
    Applied end_opened_by(const Opener& opener);

    /// A passkey as the cache has it, or else as the row says.
    struct Found {
        ReadAccountPtr read;
        std::optional<accounts::Passkey> loaded;
        const accounts::Passkey* passkey = nullptr;
    };

    /// Refused if it is not there, or not active.
    Applied find_active(const accounts::UsePasskey& change, Found& found);

    /// Fails as refused if the account has no such passkey, or its MAC does not vouch for it.
    Result<accounts::Passkey, Applied> load(accounts::PasskeyId id, accounts::AccountId account);

    /// Writes what can change of a passkey that was loaded, with a new MAC.
    Applied rewrite(const accounts::Passkey& passkey);

    Connection& connection_;
    LastUses& last_uses_;
    ReadCache& cache_;
    const RowGuard& guard_;
    // The account must exist and have the same user handle: it is stored there only.
    Statement add_{
        connection_,
        "INSERT INTO passkeys (id, public_id, account, credential_id, algorithm, public_key,"
        "                      sign_count, uv_initialized, backup_eligible, backup_state,"
        "                      transports, aaguid, attestation_format, rp_id, purpose, status,"
        "                      name, created_on, created_at, suspended_at, recovered_at,"
        "                      row_mac)"
        " SELECT ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        "        ?19, ?20, ?21, ?23"
        " FROM accounts WHERE id = ?3 AND user_handle = ?22"
    };
    Statement load_{
        connection_,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.row_mac,"
        "       a.user_handle"
        " FROM passkeys p JOIN accounts a ON a.id = p.account WHERE p.id = ?1 AND p.account = ?2"
    };
    Statement rewrite_{
        connection_,
        "UPDATE passkeys SET sign_count = ?2, backup_state = ?3, status = ?4, name = ?5,"
        "                    suspended_at = ?6, row_mac = ?7 WHERE id = ?1"
    };
    Statement remove_{
        connection_, "DELETE FROM passkeys WHERE id = ?1 AND account = ?2 AND status = 0"
    };
    Statement delete_suspended_{
        connection_,
        "DELETE FROM passkeys"
        " WHERE id = ?1 AND account = ?2 AND status = 1 AND suspended_at = ?3"
    };
    Statement end_sessions_{
        connection_,
        "DELETE FROM sessions WHERE id IS NOT ?3 AND passkey = ?2 AND id IN"
        " (SELECT s.id FROM session_buckets b"
        "  CROSS JOIN sessions s ON (s.id >> 12) = b.number AND s.account = ?1)"
    };
    Statement end_sign_ins_{
        connection_, "DELETE FROM sign_ins WHERE account = ?1 AND passkey = ?2"
    };
};

class IdentityChanges {
public:
    IdentityChanges(Connection& connection, const RowGuard& guard)
        : connection_(connection), guard_(guard) {}

    Applied apply(const accounts::LinkIdentity& change);
    Applied apply(const accounts::RequireIdentity& change);
    Applied apply(const accounts::UnlinkIdentity& change);

private:
    Connection& connection_;
    const RowGuard& guard_;
    Statement link_{
        connection_,
        "INSERT INTO identities (id, public_id, account, issuer, subject, email, linked_at,"
        "                        row_mac)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    };
    Statement require_{
        connection_,
        "SELECT id, public_id, account, issuer, subject, email, linked_at, row_mac FROM identities"
        " WHERE issuer = ?2 AND subject = ?3 AND account = ?1"
    };
    Statement unlink_{
        connection_, "DELETE FROM identities WHERE issuer = ?2 AND subject = ?3 AND account = ?1"
    };
    Statement end_sign_ins_{
        connection_, "DELETE FROM sign_ins WHERE account = ?1 AND issuer = ?2 AND subject = ?3"
    };
};

class SignInChanges {
public:
    SignInChanges(Connection& connection, ReadCache& cache)
        : connection_(connection), cache_(cache) {}

    Applied apply(const accounts::StoreCode& change);
    Applied apply(const accounts::SpendAttempt& change, std::vector<Spent>& spent);
    Applied apply(const accounts::CountTowardsLimit& change);
    Applied apply(const accounts::StartSignIn& change);
    Applied apply(const accounts::FinishSignIn& change);
    Applied apply(const accounts::OpenSession& change);
    Applied apply(const accounts::RequireSession& change);
    Applied apply(const accounts::SeeSession& change);
    Applied apply(const accounts::EndSession& change);
    Applied apply(const accounts::EndSessions& change);

private:
    Applied require_account(accounts::AccountId account);

    Connection& connection_;
    ReadCache& cache_;
    Statement store_code_{
        connection_,
        "INSERT INTO email_codes (id, mac, address_key, account, account_epoch, attempts, spent,"
        "                         created_at, expires_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    };
    // Counts, compares and spends in one statement, so that no two guesses see the same count.
    Statement spend_attempt_{
        connection_,
        "UPDATE email_codes SET attempts = attempts + 1, spent = (mac = ?2)"
        " WHERE id = ?1 AND attempts < ?3 AND NOT spent AND expires_at > ?4"
        " RETURNING spent, attempts"
    };
    Statement forget_counts_{
        connection_, "DELETE FROM limit_counts WHERE key = ?1 AND leaves_at <= ?2"
    };
    Statement count_{
        connection_,
        "INSERT INTO limit_counts (key, at, events, leaves_at)"
        " SELECT ?1, ?2, 1, ?2 + ?3"
        " WHERE (SELECT coalesce(sum(events), 0) FROM limit_counts"
        "        WHERE key = ?1 AND at > ?2 - ?3) < ?4"
        " ON CONFLICT (key, at) DO UPDATE SET events = events + 1"
    };
    Statement start_sign_in_{
        connection_,
        "INSERT INTO sign_ins (id, token_hash, version, state, account, account_epoch, email,"
        "                      proof, passkey, recovered, proved_at, user_handle, intent,"
        "                      replaces, return_to, expires_at, issuer, subject, second)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        "         ?18, ?19)"
    };
    Statement finish_sign_in_{
        connection_, "DELETE FROM sign_ins WHERE id = ?1 AND version = ?2 AND expires_at > ?3"
    };
    Statement open_session_{
        connection_,
        "INSERT INTO sessions (id, token_hash, account, account_epoch, assurance, created_at,"
        "                      authenticated_at, recovered_at, passkey, browser, expires_at,"
        "                      last_seen_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    };
    Statement find_account_{connection_, "SELECT 1 FROM accounts WHERE id = ?1"};
    Statement require_session_{connection_, "SELECT 1 FROM sessions WHERE id = ?1"};
    Statement see_session_{connection_, "UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1"};
    Statement end_session_{connection_, "DELETE FROM sessions WHERE id = ?1"};
    Statement end_sessions_{
        connection_,
        "DELETE FROM sessions WHERE id IS NOT ?2 AND id IN"
        " (SELECT s.id FROM session_buckets b"
        "  CROSS JOIN sessions s ON (s.id >> 12) = b.number AND s.account = ?1)"
    };
};

class LogChanges {
public:
    explicit LogChanges(Connection& connection) : connection_(connection) {}

    Applied apply(const accounts::AppendEvent& change, const OperationId& operation);
    Applied apply(const accounts::QueueMail& change);

private:
    Connection& connection_;
    Statement append_event_{
        connection_,
        "INSERT INTO events (id, at, kind, account, network, browser, detail, operation)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    };
    Statement queue_mail_{
        connection_,
        "INSERT INTO mails (id, sealed, attempts, not_before, expires_at, hold, channel)"
        " VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6)"
    };
};

/// All changes: sends each to its group.
class Changes {
public:
    Changes(Connection& connection, LastUses& last_uses, ReadCache& cache, const RowGuard& guard)
        : cache_(cache),
          accounts_(connection, cache),
          passkeys_(connection, last_uses, cache, guard),
          identities_(connection, guard),
          factors_(connection),
          sign_ins_(connection, cache),
          log_(connection) {}

    Applied apply(const Change& change, Context& context);

private:
    ReadCache& cache_;
    AccountChanges accounts_;
    PasskeyChanges passkeys_;
    IdentityChanges identities_;
    FactorChanges factors_;
    SignInChanges sign_ins_;
    LogChanges log_;
};

}  // namespace latchkey::store::sqlite
