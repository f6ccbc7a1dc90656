// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <string>

namespace latchkey::test {

/// Runs SQL on a database of ours as somebody else would, `sqlite3` in hand: how many rows its last
/// statement changed. Throws std::runtime_error with SQLite's words if it cannot. The server may
/// run.
int run_sql(const std::string& database, const std::string& sql);

}  // namespace latchkey::test
