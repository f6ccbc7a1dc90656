// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::store {

/// What stands in the column `row_mac`: the key's id (1 byte) | the first 31 bytes of an
/// HMAC-SHA-256 over every other column of the row and the user handle of its account.
using RowMac = std::array<std::byte, 32>;

/// MACs of the rows that say which credential or identity opens which account, under keys derived
/// from those of the key file: who can write into the database but has not that file can neither
/// alter such a row nor give it to another account (T28). Last uses are not part of it: nothing
/// is decided on them. Thread-safe.
class RowMacs {
public:
    /// `keys` as in the key file: the first one makes, each can check. Not empty.
    explicit RowMacs(const std::vector<crypto::Sealer::Key>& keys);

    [[nodiscard]] RowMac of(const accounts::Passkey& passkey) const;
    [[nodiscard]] RowMac of(const accounts::LinkedIdentity& identity) const;

    /// False also for an unknown key and for nullopt, a row that has none.
    [[nodiscard]] bool is_right(const accounts::Passkey& passkey, const std::optional<Bytes>& mac)
        const;
    [[nodiscard]] bool is_right(
        const accounts::LinkedIdentity& identity, const std::optional<Bytes>& mac
    ) const;

    /// The id of the key that makes.
    [[nodiscard]] std::uint8_t key_id() const;

private:
    struct Key {
        std::uint8_t id = 0;
        SecretKey key;
    };

    template <class Row>
    [[nodiscard]] bool is_right_row(const Row& row, const std::optional<Bytes>& found) const;

    std::vector<Key> keys_;
};

/// Shared by the store and whoever is just reading a row while the keys are exchanged.
using RowMacsPtr = std::shared_ptr<const RowMacs>;

enum class GuardedTable : std::uint8_t { passkeys, identities };

/// A row that its MAC does not vouch for: somebody wrote it who has not the key file. For all but
/// reports of this kind it is not there.
struct RefusedRow {
    GuardedTable table = GuardedTable::passkeys;
    std::int64_t row = 0;
    accounts::AccountId account;  // as the row says
};

/// "passkeys", "identities"
std::string name_of(GuardedTable table);

}  // namespace latchkey::store
