// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/errors.hpp"

#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

StoreError folder_error(const std::filesystem::path& folder, int error) {
    const auto what = "the data folder " + folder.string() +
                      " cannot be used: " + std::generic_category().message(error);
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return {StoreError::Kind::disk_full, what, "Free some space and start again."};
        case EROFS:
            return {
                StoreError::Kind::read_only,
                what,
                "Mount its file system for writing, or set `data` to another folder."
            };
        default:
            return {
                StoreError::Kind::folder_unusable,
                what,
                "Set `data` to a folder that the user who runs Latchkey owns."
            };
    }
}

StoreError database_error(const std::filesystem::path& file, Code code, const std::string& doing) {
    const auto what = file.string() + " " + doing + ": " + sqlite3_errstr(code) + " (SQLite code " +
                      std::to_string(code) + ")";
    using enum StoreError::Kind;
    switch (code & 0xff) {
        case SQLITE_NOTADB:
            return {not_a_database, what, "Set `data` to another folder, or restore a backup."};
        case SQLITE_CORRUPT:
            return {damaged, what, "Keep a copy of the folder and restore the last backup."};
        case SQLITE_FULL:
            return {disk_full, what, "Free some space and start again."};
        case SQLITE_READONLY:
            return {read_only, what, "Let the user who runs Latchkey write to file and folder."};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return {folder_unusable, what, "Let the user who runs Latchkey read and write it."};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {locked, what, "Close the other program that has the file open."};
        default:
            return {failed, what, "Check the disk and its messages in the system's log."};
    }
}

}  // namespace latchkey::store::sqlite
