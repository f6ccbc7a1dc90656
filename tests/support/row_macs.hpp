// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "store/audit_hasher.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::test {

/// A master key made of `seed` alone.
inline crypto::Sealer::Key key_numbered(std::uint8_t id, std::uint8_t seed = 0x4c) {
    std::array<std::byte, 32> key{};
    key.fill(std::byte{seed});
    return {.id = id, .key = SecretKey(key)};
}

/// The MACs of a store under test, of the keys with those ids, the newest first: always the same.
inline store::RowMacsPtr row_macs(std::initializer_list<std::uint8_t> ids = {1}) {
    std::vector<crypto::Sealer::Key> keys;
    for (const std::uint8_t id : ids) {
        keys.push_back(id == 1 ? key_numbered(1) : key_numbered(id, id));
    }
    return std::make_shared<const store::RowMacs>(keys);
}

/// All keys of a store under test.
inline store::StoreKeys store_keys(const store::RowMacsPtr& rows = row_macs()) {
    return {
        .rows = rows,
        .audit = std::make_shared<const store::AuditHasher>(key_numbered(1, 0x61).key.clone())
    };
}

}  // namespace latchkey::test
