// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/backup.hpp"

#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/key_check.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace latchkey::store {

namespace {

using sqlite::Access;
using sqlite::Code;
using sqlite::Connection;
using sqlite::database_error;
using sqlite::folder_error;
using sqlite::Statement;
using sqlite::Step;
using Path = std::filesystem::path;

Path with_suffix(Path path, const char* suffix) {
    path += suffix;
    return path;
}

/// A file that is being written: removed when this goes, unless it was kept.
class NewFile {
public:
    /// Makes it, empty, for its owner only. Refuses one that exists.
    static Result<NewFile, StoreError> make(Path path) {
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 && errno == EEXIST) {
            return Fail{StoreError{
                .kind = StoreError::Kind::exists,
                .what = path.string() + " exists",
                .mend = "Name another file, or remove this one."
            }};
        }
        if (file < 0) return Fail{folder_error(path.parent_path(), errno)};
        static_cast<void>(::close(file));  // nothing was written yet
        return NewFile(std::move(path));
    }

    NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    NewFile& operator=(NewFile&&) = delete;

    ~NewFile() {
        // What cannot be removed was reported as an error of the copy already.
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] const Path& path() const { return path_; }

    void keep() { path_.clear(); }

private:
    explicit NewFile(Path path) : path_(std::move(path)) {}

    Path path_;
};

/// Makes the names and contents in a folder, or of a file, durable.
Result<void, StoreError> sync(const Path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) return Fail{folder_error(path.parent_path(), errno)};
    const int error = ::fsync(descriptor) == 0 ? 0 : errno;
    static_cast<void>(::close(descriptor));  // the sync said what there is to say
    if (error != 0) return Fail{folder_error(path.parent_path(), error)};
    return {};
}

Result<std::unique_ptr<Connection>, StoreError> open(const Path& path, Access access) {
    auto opened = Connection::open({.path = path, .access = access});
    if (!opened) return Fail{database_error(path, opened.error(), "cannot be opened")};
    return *std::move(opened);
}

/// Copies all pages in one step, so that the copy is the database of one moment.
Result<void, StoreError> copy_pages(Connection& from, const Path& to) {
    auto target = TRY(open(to, Access::read_write));
    sqlite3_backup* copy = sqlite3_backup_init(target->handle(), "main", from.handle(), "main");
    if (copy == nullptr) {
        const Code code = sqlite3_extended_errcode(target->handle());
        return Fail{database_error(to, code, "cannot be written")};
    }
    const Code stepped = sqlite3_backup_step(copy, -1);
    const Code finished = sqlite3_backup_finish(copy);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
        const Code code = stepped == SQLITE_DONE ? finished : stepped;
        return Fail{database_error(to, code, "cannot be written")};
    }
    // Without a log beside it the file is complete in itself.
    if (const Code code = target->execute("PRAGMA journal_mode = DELETE"); code != SQLITE_OK) {
        return Fail{database_error(to, code, "cannot be completed")};
    }
    return {};
}

/// The schema's number, after a look at every page and index.
Result<int, StoreError> check_backup(Connection& connection, const Path& path) {
    const int schema = TRY(sqlite::check_schema(connection, path));
    if (schema == 0) {
        return Fail{StoreError{
            .kind = StoreError::Kind::not_a_database,
            .what = path.string() + " is empty",
            .mend = "Name a file that `latchkey backup` wrote."
        }};
    }
    Statement check(connection, "PRAGMA integrity_check(1)");
    auto rows = check.query();
    if (rows.step() != Step::row || rows.text(0) != "ok") {
        return Fail{StoreError{
            .kind = StoreError::Kind::damaged,
            .what = path.string() + " is damaged",
            .mend = "Restore another backup."
        }};
    }
    return schema;
}

/// Makes invalid what may have ended since the backup. In one transaction.
Code invalidate(Connection& connection) {
    // Epochs and ids rise by more than can have been given out since.
    return connection.execute(
        "BEGIN IMMEDIATE;"
        "UPDATE accounts SET epoch = epoch + 1000;"
        "DELETE FROM sessions;"
        "DELETE FROM sign_ins;"
        "DELETE FROM email_codes;"
        "DELETE FROM mails;"
        "UPDATE id_sequence SET next = next + (1 << 30);"
        "INSERT INTO settings (name, value) VALUES ('signals_enabled', 'no')"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value;"
        "COMMIT"
    );
}

/// The passkeys of `connection` that the database at `old` does not have. nullopt: it cannot be
/// read, which may be why a backup is restored.
std::optional<std::vector<ReturnedPasskey>> find_returned(Connection& connection, const Path& old) {
    Statement attach(connection, "ATTACH DATABASE ?1 AS old");
    if (attach.run(old.native()).step != Step::done) return std::nullopt;
    std::vector<ReturnedPasskey> returned;
    Step step = Step::failed;
    {
        Statement missing(
            connection,
            "SELECT a.email, p.name, p.public_id FROM main.passkeys p"
            " JOIN main.accounts a ON a.id = p.account"
            " WHERE NOT EXISTS"
            "  (SELECT 1 FROM old.passkeys o WHERE o.credential_id = p.credential_id)"
            " ORDER BY a.email_canonical, p.id"
        );
        auto rows = missing.query();
        for (step = rows.step(); step == Step::row; step = rows.step()) {
            returned.push_back(
                {.email = rows.text(0), .name = rows.text(1), .public_id = rows.text(2)}
            );
        }
    }
    const Code detached = connection.execute("DETACH DATABASE old");
    if (step != Step::done || detached != SQLITE_OK) return std::nullopt;
    return returned;
}

Result<std::size_t, StoreError> count_accounts(Connection& connection, const Path& path) {
    Statement count(connection, "SELECT count(*) FROM accounts");
    auto rows = count.query();
    if (rows.step() != Step::row) {
        return Fail{database_error(path, rows.code(), "cannot be read")};
    }
    return static_cast<std::size_t>(rows.integer(0));
}

/// Gives the database that stands there another name, log files included, and puts `next` in its
/// place. At every moment one of the two stands there.
Result<void, StoreError> exchange(const Path& database, const Path& next, const Path& replaced) {
    const auto folder = database.parent_path();
    if (!replaced.empty()) {
        if (::link(database.c_str(), replaced.c_str()) != 0) {
            return Fail{folder_error(folder, errno)};
        }
        for (const char* suffix : {"-wal", "-shm"}) {
            const auto from = with_suffix(database, suffix);
            const auto to = with_suffix(replaced, suffix);
            if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
                return Fail{folder_error(folder, errno)};
            }
        }
    }
    if (::rename(next.c_str(), database.c_str()) != 0) return Fail{folder_error(folder, errno)};
    return sync(folder, O_RDONLY | O_DIRECTORY);
}

/// Brings the copy up to date and makes it safe to start. The report lacks only `replaced`.
Result<Restored, StoreError> prepare(const Path& copy, const RestoreOptions& options) {
    auto connection = TRY(open(copy, Access::read_write));
    TRY(sqlite::migrate(*connection, copy, options.clock->now()));
    if (const Code code = invalidate(*connection); code != SQLITE_OK) {
        return Fail{database_error(copy, code, "cannot be written")};
    }
    Restored restored;
    restored.accounts = TRY(count_accounts(*connection, copy));
    if (std::filesystem::exists(options.database)) {
        restored.returned = find_returned(*connection, options.database);
    }
    return restored;
}

}  // namespace

Result<void, StoreError> back_up(const Path& database, const Path& to) {
    auto from = TRY(open(database, Access::read_only));
    TRY(sqlite::check_schema(*from, database));
    const auto target = std::filesystem::absolute(to);
    auto file = TRY(NewFile::make(target));
    TRY(copy_pages(*from, target));
    TRY(sync(target, O_RDONLY));
    TRY(sync(target.parent_path(), O_RDONLY | O_DIRECTORY));
    file.keep();
    return {};
}

Result<Restored, StoreError> restore(const RestoreOptions& options) {
    const auto lock = TRY(sqlite::FolderLock::take(options.database.parent_path()));
    auto backup = TRY(open(options.backup, Access::read_only));
    TRY(check_backup(*backup, options.backup));
    TRY(sqlite::check_key(*backup, options.backup, options.key));

    const auto next = with_suffix(options.database, ".restoring");
    std::error_code ignored;  // of a restore that was interrupted; if it stays, make() refuses
    std::filesystem::remove(next, ignored);
    auto file = TRY(NewFile::make(next));
    TRY(copy_pages(*backup, next));
    auto restored = TRY(prepare(next, options));
    TRY(sync(next, O_RDONLY));
    if (std::filesystem::exists(options.database)) {
        const auto now = to_milliseconds(options.clock->now());
        restored.replaced = with_suffix(options.database, ".replaced-");
        restored.replaced += std::to_string(now);
    }
    TRY(exchange(options.database, next, restored.replaced));
    file.keep();
    return restored;
}

}  // namespace latchkey::store
