// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <array>
#include <filesystem>
#include <span>
#include <string_view>

namespace latchkey::store::sqlite {

/// One file of src/store/migrations/sqlite, embedded when it was built.
struct Migration {
    int number;
    std::string_view name;    // "0001_initial.sql"
    std::string_view sha256;  // lower-case hexadecimal
    const char* sql;
};

/// All, in order: numbers 1, 2, 3, ...
std::span<const Migration> migrations();

/// PRAGMA application_id of our files: "LKEY" in ASCII.
inline constexpr std::int64_t application_id = 0x4c4b4559;

/// Checks that the file is ours and of a version that we know, and applies the migrations that it
/// lacks, each in a transaction. Forward only.
Result<void, StoreError> migrate(
    Connection& connection, const std::filesystem::path& file, TimePoint now
);

/// The same checks without changing anything. The value: the schema's number, 0 for an empty file.
Result<int, StoreError> check_schema(Connection& connection, const std::filesystem::path& file);

}  // namespace latchkey::store::sqlite
