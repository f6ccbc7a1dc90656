// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/applied.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/row_guard.hpp"

namespace latchkey::store::sqlite {

/// Gives the rows of a database that was made before there were MACs their own, and its events
/// their places in the chain, in the order of their ids. On the writer's thread, inside its
/// transaction.
class RowAdoption {
public:
    RowAdoption(Connection& connection, const RowGuard& guard, AuditChain& audit_chain)
        : connection_(connection), guard_(guard), audit_chain_(audit_chain) {}

    /// Rows that have a MAC, be it a wrong one, and events that have a place stay as they are.
    Applied run();

private:
    Applied adopt_passkeys();
    Applied adopt_identities();
    Applied adopt_events();

    Connection& connection_;
    const RowGuard& guard_;
    AuditChain& audit_chain_;
    Statement passkeys_{
        connection_,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.user_handle"
        " FROM passkeys p JOIN accounts a ON a.id = p.account"
        " WHERE p.id > ?1 AND p.row_mac IS NULL ORDER BY p.id LIMIT 1"
    };
    Statement set_passkey_{connection_, "UPDATE passkeys SET row_mac = ?2 WHERE id = ?1"};
    Statement identities_{
        connection_,
        "SELECT id, public_id, account, issuer, subject, email, linked_at, row_mac FROM identities"
        " WHERE id > ?1 AND row_mac IS NULL ORDER BY id LIMIT 1"
    };
    Statement events_{
        connection_,
        "SELECT id, at, kind, account, network, browser, detail, operation FROM events"
        " WHERE id > ?1 AND position IS NULL ORDER BY id LIMIT 1"
    };
    Statement set_event_{
        connection_, "UPDATE events SET position = ?2, chain_hash = ?3 WHERE id = ?1"
    };
    Statement set_identity_{connection_, "UPDATE identities SET row_mac = ?2 WHERE id = ?1"};
};

}  // namespace latchkey::store::sqlite
