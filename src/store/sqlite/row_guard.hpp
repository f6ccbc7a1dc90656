// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/connection.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace latchkey::store::sqlite {

/// Through which every row of a credential or an identity is read: what its MAC does not vouch
/// for, or what cannot be a row of ours, is reported and left out. Thread-safe.
class RowGuard {
public:
    using Report = std::function<void(const RefusedRow&)>;

    /// `report` is called on any thread that reads, the writer's among them, at each read of such a
    /// row. Empty: nobody is told.
    explicit RowGuard(Report report) : report_(std::move(report)) {}

    void use(RowMacsPtr macs) { macs_.store(std::move(macs)); }

    /// Rows are neither read nor written before use().
    [[nodiscard]] RowMacsPtr macs() const;

    /// The columns of passkey_of() and then row_mac, from the first one on.
    [[nodiscard]] std::optional<accounts::Passkey> passkey(
        const Rows& rows, const webauthn::UserHandle& user_handle
    ) const;

    /// The columns of linked_identity_of() and then row_mac.
    [[nodiscard]] std::optional<accounts::LinkedIdentity> identity(const Rows& rows) const;

private:
    void refuse(GuardedTable table, const Rows& rows) const;

    Report report_;
    std::atomic<RowMacsPtr> macs_;
};

}  // namespace latchkey::store::sqlite
