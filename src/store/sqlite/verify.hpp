// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/audit_check.hpp"
#include "store/sqlite/key_check.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Looks whether a database is as Latchkey wrote it, for who has its key file. Changes nothing.
namespace latchkey::store {

struct VerifyOptions {
    std::filesystem::path database;
    KeyCheck key;
    /// The keys, from the value of the setting `audit_key_setting`; nullopt: it does not open, or
    /// is not there.
    std::string audit_key_setting;
    std::function<std::optional<StoreKeys>(const std::optional<std::string>& audit_key)> keys;
};

struct AlteredRow {
    RefusedRow row;
    std::string email;  // of the account that the row names; empty: there is none
};

struct Verified {
    std::size_t passkeys = 0;  // that are as they were written
    std::size_t identities = 0;
    std::vector<AlteredRow> altered;
    AuditChecked audit;
};

/// In one snapshot; the server may run. Refuses another key file.
Result<Verified, StoreError> verify(const VerifyOptions& options);

}  // namespace latchkey::store
