// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/start_checks.hpp"

#include "accounts/types.hpp"
#include "app/config.hpp"
#include "app/files.hpp"
#include "app/key_file.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/try.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "store/audit_hasher.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

namespace latchkey::app {
namespace {

// Names of settings, and what is sealed to recognise the key file.
constexpr std::string_view rp_id_setting = "rp_id";
constexpr std::string_view last_seen_setting = "last_seen";
constexpr std::string_view unmarked_text = "latchkey";
constexpr std::string_view marked_text = "latchkey, rows have MACs";
constexpr std::string_view chained_text = "latchkey, rows have MACs, events are chained";

Wrong not_saved(std::string_view name) {
    return {
        fmt::format("cannot write the setting {} into the database", name),
        "look at the disk: is it full, or read-only?"
    };
}

constexpr std::size_t audit_key_bytes = 32;

crypto::Sealer sealer_with(const MasterKeys& keys) {
    std::vector<crypto::Sealer::Key> copies;
    for (const crypto::Sealer::Key& key : keys) {
        copies.push_back({.id = key.id, .key = key.key.clone()});
    }
    return crypto::Sealer(std::move(copies));
}

}  // namespace

KeyCheck read_key_check(const MasterKeys& keys, std::string_view value) {
    const auto sealed = base64url_decode(value);
    if (!sealed) return KeyCheck::other_key;
    const auto opened = sealer_with(keys).open(*sealed, bytes_of(key_check_setting));
    if (!opened) return KeyCheck::other_key;
    const std::string_view text = text_of(opened->reveal());
    if (text == chained_text) return KeyCheck::events_chained;
    if (text == marked_text) return KeyCheck::rows_marked;
    return text == unmarked_text ? KeyCheck::rows_unmarked : KeyCheck::other_key;
}

bool keys_open(const MasterKeys& keys, std::string_view key_check) {
    return read_key_check(keys, key_check) != KeyCheck::other_key;
}

std::optional<store::StoreKeys> store_keys(const MasterKeys& keys, std::string_view audit_key) {
    const auto sealed = base64url_decode(audit_key);
    if (!sealed) return std::nullopt;
    const auto opened = sealer_with(keys).open(*sealed, bytes_of(audit_key_setting));
    if (!opened || opened->reveal().size() != audit_key_bytes) return std::nullopt;
    std::array<std::byte, audit_key_bytes> key{};
    std::ranges::copy(opened->reveal(), key.begin());
    return store::StoreKeys{
        .rows = std::make_shared<const store::RowMacs>(keys),
        .audit = std::make_shared<const store::AuditHasher>(SecretKey(key)),
    };
}

std::string database_file(const Config& config) {
    return config.data + "/latchkey.db";
}

Result<std::unique_ptr<store::Store>, Wrong> open_store(
    const Config& config,
    const Clock& clock,
    std::function<void(const store::RefusedRow&)> on_refused_row
) {
    TRY(create_folder(config.data));
    auto store = store::SqliteStore::open({
        .path = database_file(config),
        .clock = &clock,
        .on_refused_row = std::move(on_refused_row),
    });
    if (!store) return Fail{Wrong{store.error().what, store.error().mend}};
    return std::move(store).value();
}

namespace {

/// The first start, or the first one of a version that protects more than the one before.
Result<void, Wrong> protect(store::Store& store, const MasterKeys& keys, Random& random) {
    const crypto::Sealer sealer = sealer_with(keys);
    const auto sealed = [&sealer, &random](ByteView plain, std::string_view name) {
        const Bytes made = sealer.seal(plain, bytes_of(name), random);
        return store::Setting{.name = std::string(name), .value = base64url_encode(made)};
    };
    const SecretKey audit_key(random.bytes<audit_key_bytes>());
    store::Setting of_audit = sealed(audit_key.reveal(), audit_key_setting);
    auto for_store = store_keys(keys, of_audit.value);
    LATCHKEY_ASSERT(for_store.has_value());
    store.use_keys(*std::move(for_store));
    const bool is_saved =
        store.adopt_rows({sealed(bytes_of(chained_text), key_check_setting), std::move(of_audit)});
    if (!is_saved) return Fail{not_saved(key_check_setting)};
    return {};
}

}  // namespace

Result<MasterKeys, Wrong> open_keys(const Config& config, store::Store& store, Random& random) {
    const auto check = store.find_setting(key_check_setting);
    std::error_code error;
    const bool is_there = std::filesystem::exists(config.key_file, error);
    if (!is_there && check) {
        return Fail{Wrong{
            fmt::format(
                "the key file {} is missing, but the database was sealed with one", config.key_file
            ),
            "restore the key file from your copy of it"
        }};
    }
    auto keys =
        TRY(is_there ? load_key_file(config.key_file) : create_key_file(config.key_file, random));
    const KeyCheck read = check ? read_key_check(keys, *check) : KeyCheck::rows_unmarked;
    if (read == KeyCheck::other_key) {
        return Fail{Wrong{
            fmt::format("{} is not the key file of this database", config.key_file),
            "restore the key file that belongs to it"
        }};
    }
    // It is written before the first account: else rows could be stripped of their MACs, and this
    // of the database, to have new ones made.
    if (!check && !store.list_accounts(accounts::AccountId(0), 1).empty()) {
        return Fail{Wrong{
            "the database has accounts, but not the setting key_check by which it knows its key",
            "restore a backup: the database was changed by other hands"
        }};
    }
    if (read == KeyCheck::events_chained) {
        auto for_store =
            store_keys(keys, store.find_setting(audit_key_setting).value_or(std::string()));
        if (!for_store) {
            return Fail{Wrong{
                "the database lacks the key of its audit log, or has another one",
                "restore a backup: the database was changed by other hands"
            }};
        }
        store.use_keys(*std::move(for_store));
        return keys;
    }
    TRY(protect(store, keys, random));
    return keys;
}

Result<void, Wrong> check_rp_id(const Config& config, store::Store& store) {
    const auto stored = store.find_setting(rp_id_setting);
    if (stored && *stored != config.rp_id) {
        return Fail{Wrong{
            fmt::format(
                "the RP ID is {}, but the passkeys in {} belong to {}",
                config.rp_id,
                config.data,
                *stored
            ),
            fmt::format(
                "set rp_id = \"{}\" (an origin below another domain cannot use them), or begin "
                "anew in another data folder",
                *stored
            )
        }};
    }
    if (!stored && !store.save_setting(rp_id_setting, config.rp_id)) {
        return Fail{not_saved(rp_id_setting)};
    }
    return {};
}

Result<void, Wrong> check_clock(store::Store& store, TimePoint now, ClockTrust trust) {
    const auto stored = store.find_setting(last_seen_setting);
    std::int64_t milliseconds = 0;
    if (stored) {
        const char* const end = stored->data() + stored->size();
        const auto [rest, error] = std::from_chars(stored->data(), end, milliseconds);
        if (error != std::errc() || rest != end) {
            return Fail{Wrong{
                fmt::format("the setting last_seen in the database is \"{}\", no time", *stored),
                "restore a backup: the database was changed by other hands"
            }};
        }
        const TimePoint last_seen = from_milliseconds(milliseconds);
        if (now < last_seen - clock_tolerance && trust == ClockTrust::checked) {
            return Fail{Wrong{
                fmt::format(
                    "the clock says {}, but this database has seen {}",
                    format_time(now),
                    format_time(last_seen)
                ),
                "set the clock (timedatectl set-ntp true): with one in the past, what has expired "
                "would be valid again; if it was wrong before and is right now, start once with "
                "--accept-clock"
            }};
        }
    }
    if (!save_last_seen(store, now)) return Fail{not_saved(last_seen_setting)};
    return {};
}

bool save_last_seen(store::Store& store, TimePoint now) {
    return store.save_setting(last_seen_setting, fmt::to_string(to_milliseconds(now)));
}

}  // namespace latchkey::app
