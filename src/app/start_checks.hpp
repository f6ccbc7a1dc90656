// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

/// What has to hold between the configuration, the key file and the database before anything is
/// served. Each refusal says in words what to do.
namespace latchkey::app {

/// How far the clock may stand before the last time that the database saw (T21).
inline constexpr std::chrono::minutes clock_tolerance{5};

/// Whether password managers are told which passkeys are good; "no" after a restore.
inline constexpr std::string_view signals_setting = "signals_enabled";

/// The disk did not take that setting.
Wrong not_saved(std::string_view name);

/// The file of the database in the data folder.
std::string database_file(const Config& config);

/// Makes the data folder if it is missing, and opens the database as its only writer.
/// `on_refused_row` as in store::SqliteOptions.
Result<std::unique_ptr<store::Store>, Wrong> open_store(
    const Config& config,
    const Clock& clock,
    std::function<void(const store::RefusedRow&)> on_refused_row
);

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
