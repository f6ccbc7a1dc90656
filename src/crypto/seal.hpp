// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/random.hpp"
#include "base/secret.hpp"
#include "latchkey/bytes.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace latchkey::crypto {

/// Seals and opens small values with AES-256-GCM under a key derived for each value
/// (HKDF-Expand of the master key with a random 16-byte salt), so that no key meets a second nonce.
/// Sealed form: key id (1 byte) | salt (16) | ciphertext | tag (16). Thread-safe.
class Sealer {
public:
    struct Key {
        std::uint8_t id = 0;
        SecretKey key;
    };

    /// `keys` is not empty; the first one seals, each can open. Ids are distinct.
    explicit Sealer(std::vector<Key> keys);

    /// From now on with these. What a call that has begun does is still under those before.
    void use(std::vector<Key> keys);

    /// The id of the key that seals.
    [[nodiscard]] std::uint8_t key_id() const;

    /// The id of the key under which something was sealed. nullopt: it is too short for that.
    static std::optional<std::uint8_t> key_id_of(ByteView sealed);

    /// `context` says what the value is and where it belongs (table, row, account, purpose);
    /// a value opens only under the same context.
    [[nodiscard]] Bytes seal(ByteView plain, ByteView context, Random& random) const;

    /// nullopt: an unknown key id, another context, or a changed value. No more is said.
    [[nodiscard]] std::optional<SecretBytes> open(ByteView sealed, ByteView context) const;

private:
    std::atomic<std::shared_ptr<const std::vector<Key>>> keys_;
};

}  // namespace latchkey::crypto
