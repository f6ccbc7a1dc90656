// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/key_file.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/seal.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

/// What has to hold between the configuration, the key file and the database before anything is
/// served. Each refusal says in words what to do.
namespace latchkey::app {

/// How far the clock may stand before the last time that the database saw (T21).
inline constexpr std::chrono::minutes clock_tolerance{5};

/// The setting by which a database recognises its key file: a word sealed under it.
inline constexpr std::string_view key_check_setting = "key_check";

/// What the word says, which nobody can change who has not the key file.
enum class KeyCheck : std::uint8_t {
    other_key,       // these keys do not open it
    rows_unmarked,   // made by a version before rows had MACs
    rows_marked,     // every row under a store::RowMacs has its MAC
    events_chained,  // and every audit event its place in the chain
};

KeyCheck read_key_check(const MasterKeys& keys, std::string_view value);
bool keys_open(const MasterKeys& keys, std::string_view key_check);

/// The setting that holds the key of the chain of audit events: random, sealed under the key file,
/// so that the chain can still be read after that file got another key.
inline constexpr std::string_view audit_key_setting = "audit_key";

/// What a store needs; `audit_key` is the value of that setting. nullopt: it does not open.
std::optional<store::StoreKeys> store_keys(const MasterKeys& keys, std::string_view audit_key);

/// Whether password managers are told which passkeys are good; "no" after a restore.
inline constexpr std::string_view signals_setting = "signals_enabled";

/// The file of the database in the data folder.
std::string database_file(const Config& config);

/// Makes the data folder if it is missing, and opens the database as its only writer.
/// `on_refused_row` as in store::SqliteOptions.
Result<std::unique_ptr<store::Store>, Wrong> open_store(
    const Config& config,
    const Clock& clock,
    std::function<void(const store::RefusedRow&)> on_refused_row
);

/// Loads the key file; makes it if neither it nor anything sealed is there yet. Refuses keys
/// that do not open what this database sealed at its first start. From then on the store reads and
/// writes rows under their MACs and chains audit events; those of a database from before there were
/// such get theirs here.
Result<MasterKeys, Wrong> open_keys(const Config& config, store::Store& store, Random& random);

/// Stores the RP ID at the first start; refuses another one later: passkeys belong to theirs.
Result<void, Wrong> check_rp_id(const Config& config, store::Store& store);

enum class ClockTrust : std::uint8_t {
    checked,
    accepted,  // the operator says that the time seen before was the wrong one
};

/// Refuses a clock that stands before the last time seen: what has expired would live again.
Result<void, Wrong> check_clock(store::Store& store, TimePoint now, ClockTrust trust);

/// Notes the time for the next start. False if it could not be written.
bool save_last_seen(store::Store& store, TimePoint now);

}  // namespace latchkey::app
