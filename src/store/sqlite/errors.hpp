// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <string>

/// Codes of SQLite and of the system as words for the operator.
namespace latchkey::store::sqlite {

/// `error`: an errno of a call on the folder or a file in it.
StoreError folder_error(const std::filesystem::path& folder, int error);

/// `doing`: what was tried, to stand after the file's name: "cannot be opened".
StoreError database_error(const std::filesystem::path& file, Code code, const std::string& doing);

}  // namespace latchkey::store::sqlite
