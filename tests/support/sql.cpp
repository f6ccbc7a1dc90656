// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/sql.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

namespace latchkey::test {

int run_sql(const std::string& database, const std::string& sql) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open(database.c_str(), &opened);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle(opened, sqlite3_close);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(opened));
    sqlite3_busy_timeout(opened, 5'000);
    if (sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(opened));
    }
    return sqlite3_changes(opened);
}

}  // namespace latchkey::test
