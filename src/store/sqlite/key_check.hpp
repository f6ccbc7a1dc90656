// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace latchkey::store {

/// The setting that tells which key file a database was sealed with, and whether its value fits the
/// one that is there.
struct KeyCheck {
    std::string setting;
    std::function<bool(const std::string& value)> fits;
};

namespace sqlite {

/// Refuses a database that was sealed with another key file. One that was never started passes.
Result<void, StoreError> check_key(
    Connection& connection, const std::filesystem::path& file, const KeyCheck& key
);

}  // namespace sqlite

}  // namespace latchkey::store
