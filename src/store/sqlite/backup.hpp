// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/key_check.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Backups of the SQLite store: one file each, complete in itself. The key file is not part of it.
namespace latchkey::store {

/// Writes the database as it is at one moment to the new file `to` (0600), synced. The server may
/// run. Refuses to overwrite; leaves nothing behind if it fails.
Result<void, StoreError> back_up(
    const std::filesystem::path& database, const std::filesystem::path& to
);

struct RestoreOptions {
    std::filesystem::path backup;
    std::filesystem::path database;  // which it becomes; its folder must not be in use
    const Clock* clock = nullptr;
    KeyCheck key;  // asked before anything is changed
};

/// A passkey that its owner removed after the backup was made, and that works again.
struct ReturnedPasskey {
    std::string email;
    std::string name;  // given by the person; may be empty
    std::string public_id;
};

struct Restored {
    std::size_t accounts = 0;
    /// Where the database that stood there is now; empty: there was none.
    std::filesystem::path replaced;
    /// nullopt: there was no database to compare with, or it could not be read.
    std::optional<std::vector<ReturnedPasskey>> returned;
};

/// Puts a backup in the place of the database. What was valid then and perhaps is not any more is
/// made invalid: sessions, sign-ins, codes and mails are gone, every account's epoch is raised, row
/// ids go on far above all that were given, and setting "signals_enabled" is "no", so that password
/// managers are not told of passkeys that the backup does not know. Refuses a backup that is
/// damaged, of a newer schema, or sealed with another key file; then nothing was changed.
Result<Restored, StoreError> restore(const RestoreOptions& options);

}  // namespace latchkey::store
