// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/commit.hpp"
#include "store/sqlite/account_changes.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/credential_changes.hpp"
#include "store/sqlite/factor_changes.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/read_cache.hpp"
#include "store/sqlite/row_guard.hpp"

/// Each change of a commit as SQL. One class for each group of changes; each holds its statements
/// and runs on the writer's thread, inside the savepoint of its commit.
namespace latchkey::store::sqlite {

/// What the writer works on; all of it outlives it.
struct WriterParts {
    Connection& connection;
    LastUses& last_uses;
    ReadCache& cache;
    const RowGuard& guard;
    AuditChain& audit_chain;
};

/// What changes of one commit share.
struct Context {
    OperationId operation{};
    std::vector<Spent> spent;  // grows with each SpendAttempt
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
    LogChanges(Connection& connection, AuditChain& chain)
        : connection_(connection), chain_(chain) {}

    Applied apply(const accounts::AppendEvent& change, const OperationId& operation);
    Applied apply(const accounts::QueueMail& change);

private:
    Connection& connection_;
    AuditChain& chain_;
    Statement append_event_{
        connection_,
        "INSERT INTO events (id, at, kind, account, network, browser, detail, operation,"
        "                    position, chain_hash)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
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
    explicit Changes(const WriterParts& parts)
        : cache_(parts.cache),
          accounts_(parts.connection, parts.cache),
          passkeys_(parts.connection, parts.last_uses, parts.cache, parts.guard),
          identities_(parts.connection, parts.guard),
          factors_(parts.connection),
          sign_ins_(parts.connection, parts.cache),
          log_(parts.connection, parts.audit_chain) {}

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
