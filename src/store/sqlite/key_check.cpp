// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/key_check.hpp"

#include "latchkey/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>

namespace latchkey::store::sqlite {

Result<void, StoreError> check_key(
    Connection& connection, const std::filesystem::path& file, const KeyCheck& key
) {
    Statement find(connection, "SELECT value FROM settings WHERE name = ?1");
    auto rows = find.query(key.setting);
    const auto step = rows.step();
    if (step == Step::done || (step == Step::row && key.fits(rows.text(0)))) return {};
    if (step != Step::row) return Fail{database_error(file, rows.code(), "cannot be read")};
    return Fail{StoreError{
        .kind = StoreError::Kind::wrong_key,
        .what = "the key file is not the one that " + file.string() + " was sealed with",
        .mend = "Put your copy of the key file of that time in its place, then try again."
    }};
}

}  // namespace latchkey::store::sqlite
