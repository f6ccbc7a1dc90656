// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/row_adoption.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/sqlite/row_renewal.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is written beside the commits of the pure core: the outbox worker's side, expiry, settings.
namespace latchkey::store::sqlite {

struct FinishMail {
    accounts::MailId mail;
};

struct DelayMail {
    accounts::MailId mail;
    TimePoint not_before;
};

struct DeleteExpired {
    TimePoint now;
    std::size_t* deleted = nullptr;  // rows; of the caller, who waits
};

struct SaveSetting {
    std::string name;
    std::string value;
};

/// Takes all ids below `next` for this process.
struct ReserveIds {
    std::int64_t next = 0;
};

/// Gives every row under a RowGuard that has no MAC its own and every event that has none a place
/// in the chain, and saves settings.
struct AdoptRows {
    std::vector<Setting> settings;
};

/// Notes for good where the chain of audit events ends.
struct SealAudit {
    TimePoint now;
    std::optional<AuditHead>* sealed = nullptr;  // of the caller, who waits
};

class Jobs {
public:
    Jobs(Connection& connection, const RowGuard& guard, AuditChain& audit_chain)
        : connection_(connection),
          audit_chain_(audit_chain),
          adoption_(connection, guard, audit_chain),
          renewal_(connection, guard) {}

    Applied apply(const FinishMail& job);
    Applied apply(const DelayMail& job);
    Applied apply(const DeleteExpired& job);
    Applied apply(const SaveSetting& job);
    Applied apply(const ReserveIds& job);
    Applied apply(const AdoptRows& job);
    Applied apply(const SealAudit& job);

    Applied apply(const RenewRows& job) { return renewal_.apply(job); }

private:
    Connection& connection_;
    AuditChain& audit_chain_;
    RowAdoption adoption_;
    RowRenewal renewal_;
    Statement finish_mail_{connection_, "DELETE FROM mails WHERE id = ?1"};
    Statement delay_mail_{
        connection_, "UPDATE mails SET attempts = attempts + 1, not_before = ?2 WHERE id = ?1"
    };
    // Bounded: at most ?2 rows of each table a call, so that no commit waits long behind it.
    // Sessions are the one large table, without an index by expiry: the oldest are looked at,
    // which expire first unless the configured lifetime was shortened. Who asks for a session
    // compares its expiry anyway.
    Statement expire_sessions_{
        connection_,
        "DELETE FROM sessions WHERE id IN"
        " (SELECT id FROM (SELECT id, expires_at FROM sessions ORDER BY id LIMIT 4 * ?2)"
        "  WHERE expires_at <= ?1 LIMIT ?2)"
    };
    Statement expire_sign_ins_{
        connection_,
        "DELETE FROM sign_ins WHERE id IN"
        " (SELECT id FROM sign_ins WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
    };
    Statement expire_codes_{
        connection_,
        "DELETE FROM email_codes WHERE id IN"
        " (SELECT id FROM email_codes WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
    };
    Statement expire_counts_{
        connection_,
        "DELETE FROM limit_counts WHERE (key, at) IN"
        " (SELECT key, at FROM limit_counts WHERE leaves_at <= ?1 ORDER BY leaves_at LIMIT ?2)"
    };
    Statement expire_invitations_{
        connection_,
        "DELETE FROM invitations WHERE email_canonical IN"
        " (SELECT email_canonical FROM invitations WHERE expires_at <= ?1 LIMIT ?2)"
    };
    Statement expire_mails_{
        connection_,
        "DELETE FROM mails WHERE id IN"
        " (SELECT id FROM mails WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
    };
    Statement save_setting_{
        connection_,
        "INSERT INTO settings (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    };
    Statement reserve_ids_{
        connection_, "UPDATE id_sequence SET next = ?1 WHERE only = 1 AND next < ?1"
    };
};

}  // namespace latchkey::store::sqlite
