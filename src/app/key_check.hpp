// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/key_file.hpp"
#include "base/secret.hpp"
#include "latchkey/bytes.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The settings of a database that are sealed under its key file. Each is sealed with its name as
/// context and stands there as base64url.
namespace latchkey::app {

/// The setting by which a database recognises its key file: a word sealed under it.
inline constexpr std::string_view key_check_setting = "key_check";

/// What the word says, which nobody can change who has not the key file. Each level holds what
/// those above it say.
enum class KeyCheck : std::uint8_t {
    other_key,       // these keys do not open it
    rows_unmarked,   // made by a version before rows had MACs
    rows_marked,     // every row under a store::RowMacs has its MAC
    events_chained,  // every audit event has its place in the chain
    pepper_kept,     // the pepper is a setting; before it was derived from the first key
};

KeyCheck read_key_check(const MasterKeys& keys, std::string_view value);
bool keys_open(const MasterKeys& keys, std::string_view key_check);

/// The word of the highest level.
ByteView key_check_text();

/// The settings that hold the key of the chain of audit events and the pepper of codes, tokens and
/// limits: random, so that both outlive every key of the key file.
inline constexpr std::string_view audit_key_setting = "audit_key";
inline constexpr std::string_view pepper_setting = "pepper";

/// The 32 bytes that the setting holds; nullopt: it does not open, or is not there.
std::optional<SecretKey> read_sealed_key(
    const MasterKeys& keys, std::string_view setting, const std::optional<std::string>& value
);

/// What a store needs; `audit_key` is the value of that setting. nullopt: it does not open.
std::optional<store::StoreKeys> store_keys(
    const MasterKeys& keys, const std::optional<std::string>& audit_key
);

MasterKeys clone(const MasterKeys& keys);

}  // namespace latchkey::app
