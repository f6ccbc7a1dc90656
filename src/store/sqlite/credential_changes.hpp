// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/read_cache.hpp"
#include "store/sqlite/row_guard.hpp"

#include <optional>

/// The changes of rows that have a MAC, as SQL (changes.hpp has the others).
namespace latchkey::store::sqlite {

class PasskeyChanges {
public:
    PasskeyChanges(
        Connection& connection, LastUses& last_uses, ReadCache& cache, const RowGuard& guard
    )
        : connection_(connection), last_uses_(last_uses), cache_(cache), guard_(guard) {}

    Applied apply(const accounts::AddPasskey& change);
    Applied apply(const accounts::UsePasskey& change);
    Applied apply(const accounts::PromoteSecondFactor& change);
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
        "                      discoverable, row_mac)"
        " SELECT ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        "        ?19, ?20, ?21, ?22, ?24"
        " FROM accounts WHERE id = ?3 AND user_handle = ?23"
    };
    Statement load_{
        connection_,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.user_handle"
        " FROM passkeys p JOIN accounts a ON a.id = p.account WHERE p.id = ?1 AND p.account = ?2"
    };
    Statement rewrite_{
        connection_,
        "UPDATE passkeys SET sign_count = ?2, backup_state = ?3, purpose = ?4, status = ?5,"
        "                    name = ?6, suspended_at = ?7, row_mac = ?8 WHERE id = ?1"
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

}  // namespace latchkey::store::sqlite
