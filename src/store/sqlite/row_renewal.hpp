// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>

namespace latchkey::store::sqlite {

struct RenewRows {
    RenewalPlace from;
    std::size_t count = 0;           // rows to look at, at most
    const Reseal* reseal = nullptr;  // of the caller, who waits
    RenewalPlace* place = nullptr;   // likewise: where it ended
};

/// Brings rows under the newest key of the key file. On the writer's thread, inside its
/// transaction.
class RowRenewal {
public:
    RowRenewal(Connection& connection, const RowGuard& guard)
        : connection_(connection), guard_(guard) {}

    Applied apply(const RenewRows& job);

private:
    /// `place` moves to the next row of its table, or to the next table.
    Applied renew_next(RenewalPlace& place, const Reseal& reseal);
    Applied renew_passkey(RenewalPlace& place);
    Applied renew_identity(RenewalPlace& place);
    Applied renew_secret(RenewalPlace& place, const Reseal& reseal);

    Connection& connection_;
    const RowGuard& guard_;
    Statement next_passkey_{
        connection_,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, a.user_handle"
        " FROM passkeys p JOIN accounts a ON a.id = p.account"
        " WHERE p.id > ?1 ORDER BY p.id LIMIT 1"
    };
    Statement set_passkey_{connection_, "UPDATE passkeys SET row_mac = ?2 WHERE id = ?1"};
    Statement next_identity_{
        connection_,
        "SELECT id, public_id, account, issuer, subject, email, linked_at, row_mac FROM identities"
        " WHERE id > ?1 ORDER BY id LIMIT 1"
    };
    Statement set_identity_{connection_, "UPDATE identities SET row_mac = ?2 WHERE id = ?1"};
    Statement next_secret_{
        connection_,
        "SELECT id, account, sealed_secret FROM authenticator_apps WHERE id > ?1"
        " ORDER BY id LIMIT 1"
    };
    Statement set_secret_{
        connection_, "UPDATE authenticator_apps SET sealed_secret = ?2 WHERE id = ?1"
    };
};

}  // namespace latchkey::store::sqlite
