// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/opening.hpp"

#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/checkpoints.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/ids.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace latchkey::store::sqlite {
namespace {

/// Makes an empty file that only its owner can read, if there is none. SQLite gives its log files
/// the same mode.
Result<void, StoreError> make_file(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return Fail{folder_error(path.parent_path(), errno)};
    static_cast<void>(::close(descriptor));  // nothing was written
    return {};
}

/// Durable commits, a log that is never truncated, checkpoints when we say so.
Code set_up_log(Connection& connection) {
    Code code = connection.execute("PRAGMA journal_mode = WAL");
    if (code == SQLITE_OK) code = connection.execute("PRAGMA synchronous = FULL");
    if (code == SQLITE_OK) code = connection.execute("PRAGMA wal_autocheckpoint = 0");
    int keep = 1;
    if (code == SQLITE_OK) {
        code = sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    }
    return code;
}

Result<std::int64_t, Code> reserve_first_ids(Connection& connection) {
    Statement statement(connection, "UPDATE id_sequence SET next = next + ?1 RETURNING next - ?1");
    auto rows = statement.query(IdSource::block);
    if (rows.step() != Step::row) return Fail{rows.code()};
    const auto first = rows.integer(0);
    // The change is durable when the statement has ended.
    if (rows.step() != Step::done) return Fail{rows.code()};
    return first;
}

}  // namespace

Result<Opened, StoreError> open_database(const SqliteOptions& options) {
    const auto& file = options.path;
    const auto explain = [&](Code code, const char* doing) {
        return Fail{database_error(file, code, doing)};
    };
    auto lock = TRY(FolderLock::take(file.parent_path()));
    TRY(make_file(file));
    auto opened =
        Connection::open({.path = file, .access = Access::read_write, .vfs = options.vfs});
    if (!opened) return explain(opened.error(), "cannot be opened");
    auto& connection = **opened;
    TRY(check_schema(connection, file));
    if (const Code code = set_up_log(connection); code != SQLITE_OK) {
        return explain(code, "cannot be set up");
    }
    TRY(migrate(connection, file, options.clock->now()));
    const auto first_id = reserve_first_ids(connection);
    if (!first_id) return explain(first_id.error(), "cannot be written");
    if (const Code code = grow_log(connection); code != SQLITE_OK) {
        return explain(code, "cannot get room for its log");
    }
    auto last_uses = std::make_unique<LastUses>(connection, options.uses_before_merge);
    if (const Code code = last_uses->load(); code != SQLITE_OK) {
        return explain(code, "cannot be read");
    }
    auto audit_chain = std::make_unique<AuditChain>(connection);
    if (const Code code = audit_chain->load(); code != SQLITE_OK) {
        return explain(code, "cannot be read");
    }
    return Opened{
        .lock = std::move(lock),
        .connection = *std::move(opened),
        .last_uses = std::move(last_uses),
        .audit_chain = std::move(audit_chain),
        .first_id = *first_id
    };
}

}  // namespace latchkey::store::sqlite
