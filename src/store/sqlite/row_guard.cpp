// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/row_guard.hpp"

#include "accounts/types.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/rows.hpp"
#include "store/store.hpp"

#include <optional>

#include <sqlite3.h>

namespace latchkey::store::sqlite {
namespace {

constexpr int passkey_mac_column = passkey_columns - 1;
constexpr int identity_mac_column = linked_identity_columns - 1;

std::optional<Bytes> mac_in(const Rows& rows, int column) {
    return rows.is_null(column) ? std::nullopt : std::optional(rows.blob(column));
}

/// nullopt: the row has a value that none of ours has.
template <class Read>
auto read_if_ours(Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const ReadFailed& failed) {
        if (failed.code != SQLITE_CORRUPT) throw;  // no memory, say: nothing is known of the row
        return std::nullopt;
    }
}

}  // namespace

RowMacsPtr RowGuard::macs() const {
    RowMacsPtr macs = macs_.load();
    LATCHKEY_ASSERT(macs != nullptr);
    return macs;
}

std::optional<accounts::Passkey> RowGuard::passkey(
    const Rows& rows, const webauthn::UserHandle& user_handle
) const {
    auto passkey = read_if_ours([&] { return passkey_of(rows, user_handle); });
    if (passkey && macs()->is_right(*passkey, mac_in(rows, passkey_mac_column))) return passkey;
    refuse(GuardedTable::passkeys, rows);
    return std::nullopt;
}

std::optional<accounts::LinkedIdentity> RowGuard::identity(const Rows& rows) const {
    auto identity = read_if_ours([&] { return linked_identity_of(rows); });
    if (identity && macs()->is_right(*identity, mac_in(rows, identity_mac_column))) return identity;
    refuse(GuardedTable::identities, rows);
    return std::nullopt;
}

void RowGuard::refuse(GuardedTable table, const Rows& rows) const {
    if (!report_) return;
    report_({.table = table, .row = rows.integer(0), .account = rows.id<accounts::AccountId>(2)});
}

}  // namespace latchkey::store::sqlite
