// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/commit.hpp"
#include "store/sqlite/applied.hpp"
#include "store/sqlite/connection.hpp"

#include <vector>

namespace latchkey::store::sqlite {

/// The changes of the second step, as SQL (changes.hpp has the others).
class FactorChanges {
public:
    explicit FactorChanges(Connection& connection) : connection_(connection) {}

    Applied apply(const accounts::AddAuthenticatorApp& change);
    Applied apply(const accounts::RemoveAuthenticatorApp& change);
    Applied apply(const accounts::SpendAppCode& change, std::vector<Spent>& spent);
    Applied apply(const accounts::AddPhone& change);
    Applied apply(const accounts::RemovePhone& change);
    Applied apply(const accounts::CountPhoneGuess& change);
    Applied apply(const accounts::UsePhone& change);
    Applied apply(const accounts::SetRecoveryCodes& change);
    Applied apply(const accounts::SpendRecoveryCode& change, std::vector<Spent>& spent);
    Applied apply(const accounts::PreferSecondStep& change);
    Applied apply(const accounts::StartHold& change);
    Applied apply(const accounts::EndHold& change);

private:
    Connection& connection_;
    Statement add_app_{
        connection_,
        "INSERT INTO authenticator_apps (id, account, sealed_secret, last_step, failures,"
        "                                created_on, created_at, last_used_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    };
    Statement remove_app_{
        connection_, "DELETE FROM authenticator_apps WHERE id = ?1 AND account = ?2"
    };
    Statement end_sign_ins_{connection_, "DELETE FROM sign_ins WHERE account = ?1"};
    // Counts, compares and spends in one statement, so that no two guesses see the same step. The
    // columns on the right of = are those from before.
    Statement spend_app_code_{
        connection_,
        "UPDATE authenticator_apps SET"
        " failures = iif(?2 IS NOT NULL AND ?2 > last_step, 0, failures + 1),"
        " last_used_at = iif(?2 IS NOT NULL AND ?2 > last_step, ?4, last_used_at),"
        " last_step = max(last_step, coalesce(?2, last_step))"
        " WHERE id = ?1 AND failures < ?3"
        " RETURNING failures = 0, failures"
    };
    Statement add_phone_{
        connection_,
        "INSERT INTO phones (id, account, number, failures, created_on, created_at, last_used_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    };
    Statement remove_phone_{connection_, "DELETE FROM phones WHERE id = ?1 AND account = ?2"};
    Statement count_phone_guess_{
        connection_, "UPDATE phones SET failures = failures + 1 WHERE id = ?1 AND failures < ?2"
    };
    Statement use_phone_{
        connection_,
        "UPDATE phones SET failures = 0, last_used_at = ?3 WHERE id = ?1 AND account = ?2"
    };
    Statement end_recovery_codes_{connection_, "DELETE FROM recovery_codes WHERE account = ?1"};
    Statement add_recovery_code_{
        connection_, "INSERT INTO recovery_codes (account, mac) VALUES (?1, ?2)"
    };
    Statement require_account_{connection_, "SELECT 1 FROM accounts WHERE id = ?1"};
    Statement spend_recovery_code_{
        connection_, "DELETE FROM recovery_codes WHERE account = ?1 AND mac = ?2"
    };
    Statement prefer_second_step_{
        connection_,
        "INSERT INTO preferred_second_steps (account, second)"
        " SELECT id, ?2 FROM accounts WHERE id = ?1"
        " ON CONFLICT (account) DO UPDATE SET second = excluded.second"
    };
    Statement start_hold_{
        connection_,
        "INSERT INTO holds (account, account_epoch, started_at, ends_at, by_operator)"
        " VALUES (?1, ?2, ?3, ?4, ?6)"
        " ON CONFLICT (account) DO UPDATE SET account_epoch = excluded.account_epoch,"
        " started_at = excluded.started_at, ends_at = excluded.ends_at,"
        " by_operator = excluded.by_operator"
        " WHERE ends_at <= ?5 OR account_epoch <> excluded.account_epoch"
    };
    Statement end_hold_{
        connection_, "DELETE FROM holds WHERE account = ?1 AND (?2 IS NULL OR started_at = ?2)"
    };
    Statement withdraw_mails_{connection_, "DELETE FROM mails WHERE hold = ?1"};
};

}  // namespace latchkey::store::sqlite
