// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/key_check.hpp"

#include "app/key_file.hpp"
#include "base/encoding.hpp"
#include "base/secret.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "store/audit_hasher.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::string_view unmarked_text = "latchkey";
constexpr std::string_view marked_text = "latchkey, rows have MACs";
constexpr std::string_view chained_text = "latchkey, rows have MACs, events are chained";
constexpr std::string_view kept_text =
    "latchkey, rows have MACs, events are chained, the pepper is kept";

std::optional<SecretBytes> open(
    const MasterKeys& keys, std::string_view setting, std::string_view value
) {
    const auto sealed = base64url_decode(value);
    if (!sealed) return std::nullopt;
    return crypto::Sealer(clone(keys)).open(*sealed, bytes_of(setting));
}

}  // namespace

KeyCheck read_key_check(const MasterKeys& keys, std::string_view value) {
    const auto opened = open(keys, key_check_setting, value);
    if (!opened) return KeyCheck::other_key;
    const std::string_view text = text_of(opened->reveal());
    if (text == kept_text) return KeyCheck::pepper_kept;
    if (text == chained_text) return KeyCheck::events_chained;
    if (text == marked_text) return KeyCheck::rows_marked;
    return text == unmarked_text ? KeyCheck::rows_unmarked : KeyCheck::other_key;
}

bool keys_open(const MasterKeys& keys, std::string_view key_check) {
    return read_key_check(keys, key_check) != KeyCheck::other_key;
}

ByteView key_check_text() {
    return bytes_of(kept_text);
}

std::optional<SecretKey> read_sealed_key(
    const MasterKeys& keys, std::string_view setting, const std::optional<std::string>& value
) {
    const auto opened = value ? open(keys, setting, *value) : std::nullopt;
    std::array<std::byte, 32> key{};
    if (!opened || opened->reveal().size() != key.size()) return std::nullopt;
    std::ranges::copy(opened->reveal(), key.begin());
    return SecretKey(key);
}

std::optional<store::StoreKeys> store_keys(
    const MasterKeys& keys, const std::optional<std::string>& audit_key
) {
    auto key = read_sealed_key(keys, audit_key_setting, audit_key);
    if (!key) return std::nullopt;
    return store::StoreKeys{
        .rows = std::make_shared<const store::RowMacs>(keys),
        .audit = std::make_shared<const store::AuditHasher>(*std::move(key)),
    };
}

MasterKeys clone(const MasterKeys& keys) {
    MasterKeys copies;
    for (const crypto::Sealer::Key& key : keys) {
        copies.push_back({.id = key.id, .key = key.key.clone()});
    }
    return copies;
}

}  // namespace latchkey::app
