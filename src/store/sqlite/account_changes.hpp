// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/changes.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/read_cache.hpp"

namespace latchkey::store::sqlite {

/// Changes of accounts and invitations (changes.hpp).
class AccountChanges {
public:
    AccountChanges(Connection& connection, ReadCache& cache)
        : connection_(connection), cache_(cache) {}

    Applied apply(const accounts::CreateAccount& change);
    Applied apply(const accounts::ChangeFactors& change);
    Applied apply(const accounts::RequireEpoch& change);
    Applied apply(const accounts::RaiseEpoch& change);
    Applied apply(const accounts::ChangeEmail& change);
    Applied apply(const accounts::SetSecondEmail& change);
    Applied apply(const accounts::MarkRecovered& change);
    Applied apply(const accounts::FreezeFactors& change);
    Applied apply(const accounts::EndRecovery& change);
    Applied apply(const accounts::SetDeletion& change);
    Applied apply(const accounts::SetLanguage& change);
    Applied apply(const accounts::DeleteAccount& change);
    Applied apply(const accounts::Invite& change);
    Applied apply(const accounts::SpendInvite& change);

private:
    Connection& connection_;
    ReadCache& cache_;
    Statement create_{
        connection_,
        "INSERT INTO accounts (id, public_id, user_handle, email, email_canonical, created_at,"
        "                      version, epoch, factors, recovered_at, frozen_at, second_email,"
        "                      deletes_at, language)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
    };
    Statement change_factors_{
        connection_,
        "UPDATE accounts SET version = version + 1, factors = factors + ?3"
        " WHERE id = ?1 AND version = ?2 AND (?3 >= 0 OR factors > 1)"
    };
    Statement require_epoch_{connection_, "SELECT 1 FROM accounts WHERE id = ?1 AND epoch = ?2"};
    Statement raise_epoch_{
        connection_, "UPDATE accounts SET epoch = epoch + 1 WHERE id = ?1 AND epoch = ?2"
    };
    Statement end_sessions_{
        connection_,
        "DELETE FROM sessions WHERE id IN"
        " (SELECT s.id FROM session_buckets b"
        "  CROSS JOIN sessions s ON (s.id >> 12) = b.number AND s.account = ?1)"
    };
    Statement end_sign_ins_{connection_, "DELETE FROM sign_ins WHERE account = ?1"};
    Statement end_codes_{connection_, "DELETE FROM email_codes WHERE account = ?1"};
    Statement change_email_{
        connection_,
        "UPDATE accounts SET email = ?3, email_canonical = ?4, version = version + 1"
        " WHERE id = ?1 AND email_canonical = ?2"
    };
    Statement set_second_email_{
        connection_,
        "UPDATE accounts SET second_email = ?3, version = version + 1"
        " WHERE id = ?1 AND second_email IS ?2"
    };
    Statement mark_recovered_{connection_, "UPDATE accounts SET recovered_at = ?2 WHERE id = ?1"};
    Statement freeze_{connection_, "UPDATE accounts SET frozen_at = ?2 WHERE id = ?1"};
    Statement end_recovery_{
        connection_, "UPDATE accounts SET recovered_at = NULL, frozen_at = NULL WHERE id = ?1"
    };
    Statement set_deletion_{
        connection_, "UPDATE accounts SET deletes_at = ?3 WHERE id = ?1 AND deletes_at IS ?2"
    };
    Statement set_language_{connection_, "UPDATE accounts SET language = ?2 WHERE id = ?1"};
    Statement delete_{connection_, "DELETE FROM accounts WHERE id = ?1"};
    Statement invite_{
        connection_,
        "INSERT INTO invitations (email_canonical, expires_at) VALUES (?1, ?2)"
        " ON CONFLICT (email_canonical) DO UPDATE SET expires_at = excluded.expires_at"
    };
    Statement spend_invite_{
        connection_, "DELETE FROM invitations WHERE email_canonical = ?1 AND expires_at > ?2"
    };
};

}  // namespace latchkey::store::sqlite
