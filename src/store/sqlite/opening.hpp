// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/sqlite/audit_chain.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/last_uses.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cstdint>
#include <memory>

namespace latchkey::store::sqlite {

/// What open() has got hold of by the time the store can be made.
struct Opened {
    FolderLock lock;
    std::unique_ptr<Connection> connection;
    std::unique_ptr<LastUses> last_uses;
    std::unique_ptr<AuditChain> audit_chain;
    std::int64_t first_id = 0;  // a block of IdSource::block begins here
};

/// The database of `options`, made if there is none, with the schema of this version.
Result<Opened, StoreError> open_database(const SqliteOptions& options);

}  // namespace latchkey::store::sqlite
