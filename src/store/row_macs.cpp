// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/row_macs.hpp"

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/equal.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "store/numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::store {
namespace {

constexpr std::string_view purpose = "row mac v1";

/// No part is empty but this one for a time that is not there.
Bytes optional_number(const std::optional<TimePoint>& time) {
    if (!time) return {};
    const auto bytes = number(to_milliseconds(*time));
    return {bytes.begin(), bytes.end()};
}

/// Each with its length before it, so that no two lists give the same bytes.
Bytes list(const std::vector<std::string>& items) {
    Bytes bytes;
    for (const std::string& item : items) {
        const auto size = number(static_cast<std::int64_t>(item.size()));
        bytes.insert(bytes.end(), size.begin(), size.end());
        const ByteView text = bytes_of(item);
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    return bytes;
}

/// What is not known adds nothing: rows from before there was the column keep their MAC.
Bytes flags(const accounts::Passkey& passkey) {
    Bytes flags{
        std::byte{passkey.record.uv_initialized},
        std::byte{passkey.record.backup_eligible},
        std::byte{passkey.record.backup_state},
        static_cast<std::byte>(passkey.purpose),
        static_cast<std::byte>(passkey.status),
    };
    if (passkey.discoverable) flags.push_back(std::byte{*passkey.discoverable});
    return flags;
}

crypto::Sha256 mac(const SecretKey& key, const accounts::Passkey& passkey) {
    const auto& record = passkey.record;
    return crypto::hmac_sha256(
        key.reveal(),
        {bytes_of("passkey"),
         number(passkey.id.value()),
         bytes_of(passkey.public_id.value()),
         number(passkey.account.value()),
         record.user_handle.value(),
         record.id.value(),
         number(static_cast<std::int32_t>(record.public_key.algorithm)),
         record.public_key.material,
         number(record.sign_count),
         flags(passkey),
         list(record.transports),
         record.aaguid.value(),
         bytes_of(record.attestation_format),
         bytes_of(record.rp_id.value()),
         bytes_of(passkey.name),
         bytes_of(passkey.created_on),
         number(to_milliseconds(passkey.created_at)),
         optional_number(passkey.suspended_at),
         optional_number(passkey.recovered_at)}
    );
}

crypto::Sha256 mac(const SecretKey& key, const accounts::LinkedIdentity& identity) {
    return crypto::hmac_sha256(
        key.reveal(),
        {bytes_of("identity"),
         number(identity.id.value()),
         bytes_of(identity.public_id.value()),
         number(identity.account.value()),
         bytes_of(identity.who.issuer),
         bytes_of(identity.who.subject),
         bytes_of(identity.email),
         number(to_milliseconds(identity.linked_at))}
    );
}

RowMac with_id(std::uint8_t id, const crypto::Sha256& mac) {
    RowMac out{};
    out[0] = static_cast<std::byte>(id);
    std::copy_n(mac.begin(), out.size() - 1, out.begin() + 1);
    return out;
}

}  // namespace

RowMacs::RowMacs(const std::vector<crypto::Sealer::Key>& keys) {
    LATCHKEY_ASSERT(!keys.empty());
    for (const crypto::Sealer::Key& key : keys) {
        keys_.push_back({.id = key.id, .key = crypto::derive_key(key.key, purpose)});
    }
}

RowMac RowMacs::of(const accounts::Passkey& passkey) const {
    return with_id(keys_.front().id, mac(keys_.front().key, passkey));
}

RowMac RowMacs::of(const accounts::LinkedIdentity& identity) const {
    return with_id(keys_.front().id, mac(keys_.front().key, identity));
}

bool RowMacs::is_right(const accounts::Passkey& passkey, const std::optional<Bytes>& mac) const {
    return is_right_row(passkey, mac);
}

bool RowMacs::is_right(const accounts::LinkedIdentity& identity, const std::optional<Bytes>& mac)
    const {
    return is_right_row(identity, mac);
}

std::uint8_t RowMacs::key_id() const {
    return keys_.front().id;
}

template <class Row>
bool RowMacs::is_right_row(const Row& row, const std::optional<Bytes>& found) const {
    if (!found || found->empty()) return false;
    const auto id = std::to_integer<std::uint8_t>(found->front());
    const auto key = std::ranges::find(keys_, id, &Key::id);
    if (key == keys_.end()) return false;
    return crypto::equal_constant_time(*found, with_id(id, mac(key->key, row)));
}

std::string name_of(GuardedTable table) {
    return table == GuardedTable::passkeys ? "passkeys" : "identities";
}

}  // namespace latchkey::store
