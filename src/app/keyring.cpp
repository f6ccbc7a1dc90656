// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/keyring.hpp"

#include "accounts/types.hpp"
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/origin.hpp"
#include "app/start_checks.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/try.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "pages/authenticator_app.hpp"
#include "store/audit_hasher.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
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

/// The id of the key under which every row is.
constexpr std::string_view renewed_setting = "keys_renewed";

// Longer than any request takes from sealing a secret to queueing its commit.
constexpr std::chrono::seconds settling_time{5};

constexpr std::size_t rows_a_commit = 100;  // so that no sign-in waits long behind it

constexpr std::array sealed_settings{key_check_setting, audit_key_setting, pepper_setting};

store::Setting sealed(
    const crypto::Sealer& sealer, ByteView plain, std::string_view name, Random& random
) {
    return {
        .name = std::string(name),
        .value = base64url_encode(sealer.seal(plain, bytes_of(name), random)),
    };
}

/// What the database keeps under the key file.
struct Kept {
    SecretKey audit_key;
    SecretKey pepper;
};

Wrong changed_by_others(std::string what) {
    return {std::move(what), "restore a backup: the database was changed by other hands"};
}

/// What must be there at the level `read`, and what was made or derived before it.
Result<Kept, Wrong> read_kept(
    store::Store& store, const MasterKeys& keys, KeyCheck read, Random& random
) {
    Kept kept{
        .audit_key = SecretKey(random.bytes<32>()),
        .pepper = crypto::derive_key(keys.front().key, "pepper"),
    };
    if (read >= KeyCheck::events_chained) {
        auto key = read_sealed_key(keys, audit_key_setting, store.find_setting(audit_key_setting));
        if (!key) {
            return Fail{
                changed_by_others("the database lacks the key of its audit log, or has another one")
            };
        }
        kept.audit_key = *std::move(key);
    }
    if (read >= KeyCheck::pepper_kept) {
        auto key = read_sealed_key(keys, pepper_setting, store.find_setting(pepper_setting));
        if (!key) {
            return Fail{changed_by_others("the database lacks its pepper, or has another one")};
        }
        kept.pepper = *std::move(key);
    }
    return kept;
}

/// The first start, or the first one of a version that protects more than the one before. Where
/// rows and events have their marks already, one without is somebody's work, and gets none.
Result<void, Wrong> protect(
    store::Store& store, const MasterKeys& keys, const Kept& kept, KeyCheck read, Random& random
) {
    const crypto::Sealer sealer(clone(keys));
    const store::Setting check = sealed(sealer, key_check_text(), key_check_setting, random);
    const store::Setting pepper = sealed(sealer, kept.pepper.reveal(), pepper_setting, random);
    const store::Setting audit_key =
        sealed(sealer, kept.audit_key.reveal(), audit_key_setting, random);
    const bool is_saved = read >= KeyCheck::events_chained
                              ? store.save_setting(pepper.name, pepper.value) &&
                                    store.save_setting(check.name, check.value)
                              : store.adopt_rows({check, audit_key, pepper});
    if (!is_saved) return Fail{not_saved(key_check_setting)};
    return {};
}

Result<MasterKeys, Wrong> load_or_create(
    const std::string& path, const std::optional<std::string>& check, Random& random
) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) return load_key_file(path);
    if (!check) return create_key_file(path, random);
    return Fail{Wrong{
        fmt::format("the key file {} is missing, but the database was sealed with one", path),
        "restore the key file from your copy of it"
    }};
}

Wrong other_key(const std::string& path) {
    return {
        fmt::format("{} is not the key file of this database", path),
        "restore the key file that belongs to it"
    };
}

}  // namespace

Result<std::unique_ptr<Keyring>, Wrong> Keyring::open(Parts parts) {
    store::Store& store = parts.store;
    const auto check = store.find_setting(key_check_setting);
    MasterKeys keys = TRY(load_or_create(parts.key_file, check, parts.random));
    // Without the setting it is the first start, unless rows were stripped of their MACs, and the
    // database of it, to have new ones made: it is written before the first account.
    if (!check && !store.list_accounts(accounts::AccountId(0), 1).empty()) {
        return Fail{changed_by_others(
            "the database has accounts, but not the setting key_check by which it knows its key"
        )};
    }
    const KeyCheck read = check ? read_key_check(keys, *check) : KeyCheck::rows_unmarked;
    if (read == KeyCheck::other_key) return Fail{other_key(parts.key_file)};
    Kept kept = TRY(read_kept(store, keys, read, parts.random));
    store.use_keys({
        .rows = std::make_shared<const store::RowMacs>(keys),
        .audit = std::make_shared<const store::AuditHasher>(kept.audit_key.clone()),
    });
    if (read < KeyCheck::pepper_kept) TRY(protect(store, keys, kept, read, parts.random));
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): its constructor is private
    std::unique_ptr<Keyring> keyring(
        new Keyring(std::move(parts), std::move(keys), std::move(kept.pepper))
    );
    TRY(keyring->reseal_settings());
    return keyring;
}

Keyring::Keyring(Parts parts, MasterKeys keys, SecretKey pepper)
    : parts_(std::move(parts)),
      sealer_(clone(keys)),
      pepper_(std::move(pepper)),
      keys_(std::move(keys)) {}

Result<void, Wrong> Keyring::reload() {
    const std::scoped_lock lock(mutex_);
    MasterKeys keys = TRY(load_key_file(parts_.key_file));
    const auto check = parts_.store.find_setting(key_check_setting);
    auto for_store = store_keys(keys, parts_.store.find_setting(audit_key_setting));
    const bool fits =
        check && read_key_check(keys, *check) == KeyCheck::pepper_kept && for_store &&
        read_sealed_key(keys, pepper_setting, parts_.store.find_setting(pepper_setting));
    if (!fits) return Fail{other_key(parts_.key_file)};
    // First who reads, then who writes: nobody may meet what it cannot open.
    parts_.store.use_keys(*std::move(for_store));
    sealer_.use(clone(keys));
    keys_ = std::move(keys);
    place_ = {};
    may_begin_at_ = parts_.clock.now() + settling_time;
    return reseal_settings();
}

Result<void, Wrong> Keyring::reseal_settings() {
    for (const std::string_view name : sealed_settings) {
        const auto found = parts_.store.find_setting(name);
        const auto bytes = base64url_decode(found.value_or(std::string()));
        if (!bytes || crypto::Sealer::key_id_of(*bytes) == sealer_.key_id()) continue;
        const auto opened = sealer_.open(*bytes, bytes_of(name));
        if (!opened) return Fail{other_key(parts_.key_file)};
        const store::Setting renewed = sealed(sealer_, opened->reveal(), name, parts_.random);
        if (!parts_.store.save_setting(name, renewed.value)) return Fail{not_saved(name)};
    }
    return {};
}

bool Keyring::is_renewed() {
    return keys_.size() == 1 ||
           parts_.store.find_setting(renewed_setting) == fmt::to_string(keys_.front().id);
}

Keyring::Renewal Keyring::renew(std::size_t rows) {
    const std::scoped_lock lock(mutex_);
    if (is_renewed()) return Renewal::nothing_left;
    if (parts_.clock.now() < may_begin_at_) return Renewal::begun;
    const store::Reseal reseal = [this](const store::SealedSecret& secret) {
        return pages::reseal_app_secret(secret, sealer_, parts_.random);
    };
    for (std::size_t done = 0; done < rows; done += rows_a_commit) {
        const auto place = parts_.store.renew(place_, rows_a_commit, reseal);
        if (!place) return Renewal::failed;
        place_ = *place;
        if (place_.table != store::RenewedTable::none) continue;
        // Those of the exchange itself may not have been written.
        if (!reseal_settings()) return Renewal::failed;
        const std::string first = fmt::to_string(keys_.front().id);
        if (!parts_.store.save_setting(renewed_setting, first)) return Renewal::failed;
        return Renewal::completed;
    }
    return Renewal::begun;
}

std::vector<Keyring::KeyUse> Keyring::list() {
    const std::scoped_lock lock(mutex_);
    const bool rows_need = !is_renewed();
    std::vector<KeyUse> uses;
    for (const crypto::Sealer::Key& key : keys_) {
        const bool seals = key.id == keys_.front().id;
        const bool is_needed =
            seals || rows_need || parts_.store.has_mail(static_cast<std::byte>(key.id));
        uses.push_back({.id = key.id, .seals = seals, .is_needed = is_needed});
    }
    return uses;
}

}  // namespace latchkey::app
