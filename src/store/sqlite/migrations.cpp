// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/migrations.hpp"

#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

/// The one number that a query answers, or the code of what went wrong.
Result<std::int64_t, Code> read_number(Connection& connection, const char* sql) {
    Statement statement(connection, sql);
    auto rows = statement.query();
    if (rows.step() != Step::row) return Fail{rows.code()};
    return rows.integer(0);
}

/// Whether the migrations that made the database are the ones that we have.
Result<void, StoreError> compare_applied(
    Connection& connection, const std::filesystem::path& file, std::int64_t version
) {
    Statement statement(connection, "SELECT sha256 FROM migrations WHERE number = ?1");
    for (const auto& migration : migrations().first(static_cast<std::size_t>(version))) {
        auto rows = statement.query(migration.number);
        const auto step = rows.step();
        if (step == Step::row && rows.text(0) == migration.sha256) continue;
        if (step == Step::failed) return Fail{database_error(file, rows.code(), "cannot be read")};
        return Fail{StoreError{
            .kind = StoreError::Kind::changed_schema,
            .what = file.string() + " was made by another build: its migration " +
                    std::string(migration.name) + " differs from ours",
            .mend = "Start the build that made it, or restore a backup with this one."
        }};
    }
    return {};
}

Code apply(Connection& connection, const Migration& migration, TimePoint now) {
    Code code = connection.execute("BEGIN IMMEDIATE");
    if (code == SQLITE_OK) code = connection.execute(migration.sql);
    if (code == SQLITE_OK) {
        Statement note(
            connection,
            "INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)"
        );
        auto rows = note.query(migration.number, migration.name, migration.sha256, now);
        code = rows.step() == Step::done ? SQLITE_OK : rows.code();
    }
    if (code == SQLITE_OK) code = connection.execute("COMMIT");
    // Closing the connection, which the caller does then, rolls back what is left open.
    return code;
}

}  // namespace

Result<int, StoreError> check_schema(Connection& connection, const std::filesystem::path& file) {
    const auto unreadable = [&](Code code) {
        return Fail{database_error(file, code, "cannot be read")};
    };
    const auto tables = read_number(connection, "SELECT count(*) FROM sqlite_schema");
    if (!tables) return unreadable(tables.error());
    const auto owner = read_number(connection, "PRAGMA application_id");
    if (!owner) return unreadable(owner.error());
    const auto version = read_number(connection, "PRAGMA user_version");
    if (!version) return unreadable(version.error());

    if (*tables == 0 && *owner == 0 && *version == 0) return 0;
    if (*owner != application_id || *version < 1) {
        return Fail{StoreError{
            .kind = StoreError::Kind::not_a_database,
            .what = file.string() + " is the database of another program",
            .mend = "Set `data` to another folder."
        }};
    }
    const auto newest = migrations().back().number;
    if (*version > newest) {
        return Fail{StoreError{
            .kind = StoreError::Kind::newer_schema,
            .what = file.string() + " has schema " + std::to_string(*version) +
                    "; this version of Latchkey knows up to " + std::to_string(newest),
            .mend = "Start the newer version again; schemas only go forward."
        }};
    }
    TRY(compare_applied(connection, file, *version));
    return static_cast<int>(*version);
}

Result<void, StoreError> migrate(
    Connection& connection, const std::filesystem::path& file, TimePoint now
) {
    const auto version = TRY(check_schema(connection, file));
    for (const auto& migration : migrations().subspan(static_cast<std::size_t>(version))) {
        const Code code = apply(connection, migration, now);
        if (code != SQLITE_OK) {
            const auto doing = "cannot be brought to schema " + std::to_string(migration.number);
            return Fail{database_error(file, code, doing)};
        }
    }
    return {};
}

}  // namespace latchkey::store::sqlite
