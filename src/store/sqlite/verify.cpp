// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/verify.hpp"

#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/audit_check.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/key_check.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <sqlite3.h>

namespace latchkey::store {

namespace {

using sqlite::Access;
using sqlite::Connection;
using sqlite::database_error;
using sqlite::RowGuard;
using sqlite::Statement;

/// Looks at every row, each through the guard, which reports what it refuses.
void read_rows(Connection& connection, const RowGuard& guard, Verified& verified) {
    // LEFT JOIN: a row that was given to an account that is not there is not as it was written.
    Statement passkeys(
        connection,
        "SELECT p.id, p.public_id, p.account, p.credential_id, p.algorithm, p.public_key,"
        "       p.sign_count, p.uv_initialized, p.backup_eligible, p.backup_state, p.transports,"
        "       p.aaguid, p.attestation_format, p.rp_id, p.purpose, p.status, p.name,"
        "       p.created_on, p.created_at, p.suspended_at, p.recovered_at, p.discoverable,"
        "       p.row_mac, ifnull(a.user_handle, x'')"
        " FROM passkeys p LEFT JOIN accounts a ON a.id = p.account ORDER BY p.id"
    );
    for (auto rows = passkeys.query(); rows.next();) {
        const webauthn::UserHandle user_handle(rows.blob(sqlite::passkey_columns));
        if (guard.passkey(rows, user_handle)) ++verified.passkeys;
    }
    Statement identities(
        connection,
        "SELECT id, public_id, account, issuer, subject, email, linked_at, row_mac"
        " FROM identities ORDER BY id"
    );
    for (auto rows = identities.query(); rows.next();) {
        if (guard.identity(rows)) ++verified.identities;
    }
}

std::optional<std::string> read_setting(Connection& connection, const std::string& name) {
    Statement find(connection, "SELECT value FROM settings WHERE name = ?1");
    auto rows = find.query(name);
    return rows.next() ? std::optional(rows.text(0)) : std::nullopt;
}

StoreError no_audit_key(const std::filesystem::path& file) {
    return {
        .kind = StoreError::Kind::wrong_key,
        .what = file.string() + " does not hold the key of its audit log, or another one",
        .mend = "Restore a backup: the database was changed by other hands.",
    };
}

void name_owners(Connection& connection, Verified& verified) {
    Statement find(connection, "SELECT email FROM accounts WHERE id = ?1");
    for (AlteredRow& altered : verified.altered) {
        auto rows = find.query(altered.row.account);
        if (rows.next()) altered.email = rows.text(0);
    }
}

}  // namespace

Result<Verified, StoreError> verify(const VerifyOptions& options) {
    const auto& file = options.database;
    auto opened = Connection::open({.path = file, .access = Access::read_only, .vfs = {}});
    if (!opened) return Fail{database_error(file, opened.error(), "cannot be opened")};
    Connection& connection = **opened;
    const int schema = TRY(sqlite::check_schema(connection, file));
    if (schema != sqlite::migrations().back().number) {
        return Fail{StoreError{
            .kind = StoreError::Kind::changed_schema,
            .what = file.string() + " was last used by an older version of Latchkey",
            .mend = "Start this version once; it brings the database up to date."
        }};
    }
    TRY(sqlite::check_key(connection, file, options.key));
    Verified verified;
    RowGuard guard([&verified](const RefusedRow& row) {
        verified.altered.push_back({.row = row, .email = {}});
    });
    if (const auto code = connection.execute("BEGIN"); code != SQLITE_OK) {
        return Fail{database_error(file, code, "cannot be read")};
    }
    try {
        const auto keys = options.keys(read_setting(connection, options.audit_key_setting));
        if (!keys) return Fail{no_audit_key(file)};
        guard.use(keys->rows);
        verified.audit = sqlite::check_audit(connection, *keys->audit);
        read_rows(connection, guard, verified);
        name_owners(connection, verified);
    } catch (const ReadFailed& failed) {
        return Fail{database_error(file, failed.code, "cannot be read")};
    }
    return verified;
}

}  // namespace latchkey::store
