// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "latchkey/result.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace latchkey::store {

/// Why a database cannot be used, and what to do about it. Both texts are for the operator.
struct StoreError {
    enum class Kind : std::uint8_t {
        folder_unusable,  // missing and cannot be made, or not ours to read and write
        locked,           // another process has it open for writing
        not_a_database,   // another kind of file, or another program's database
        newer_schema,     // made by a newer version of Latchkey
        changed_schema,   // a migration that was applied differs from ours of that number
        disk_full,
        read_only,
        damaged,    // SQLite finds it malformed
        exists,     // a file stands where a new one should be written
        wrong_key,  // sealed under another key file than the one given
        failed,     // anything else: `what` has SQLite's words
    };

    Kind kind = Kind::failed;
    std::string what;  // "/var/lib/latchkey/latchkey.db is not a SQLite database"
    std::string mend;  // "Name another file with `data` or restore a backup."
};

struct SqliteOptions {
    std::filesystem::path path;       // of the database file; its folder is locked as a whole
    const Clock* clock = nullptr;     // outlives the store
    std::size_t queue_limit = 4'096;  // commits that wait; one more is answered Unknown
    std::size_t group_limit = 64;     // commits that share one transaction
    std::chrono::microseconds longest_pause{2'000
    };  // between two groups under load; none when idle
    std::size_t cached_accounts = 4'096;     // sqlite/read_cache.hpp; about 4 MB of memory
    std::size_t readers = 4;                 // reads at the same time; one more waits
    std::size_t uses_before_merge = 32'768;  // sqlite/last_uses.hpp; about 4 MB of memory
    std::string vfs;  // for tests: a registered SQLite VFS; empty: the system's
    /// Called on the writer's thread when the disk failed so that nothing can be trusted: must
    /// end the process. Empty: prints the words and aborts. If it returns (tests), every later
    /// commit is Unknown.
    std::function<void(const std::string& what)> on_fatal;
    /// Called on any thread at each read of a row that its MAC does not vouch for: only posts.
    std::function<void(const RefusedRow&)> on_refused_row;
};

/// The Store on SQLite: one file, no set-up, one process. docs/decisions/0010-sqlite-store.md.
class SqliteStore {
public:
    /// Locks the folder, makes the file (0600) if there is none, brings its schema up to date.
    static Result<std::unique_ptr<Store>, StoreError> open(SqliteOptions options);
};

}  // namespace latchkey::store
