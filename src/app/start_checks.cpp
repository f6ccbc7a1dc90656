// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/start_checks.hpp"

#include "app/config.hpp"
#include "app/files.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"

#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

namespace latchkey::app {
namespace {

// Names of settings.
constexpr std::string_view rp_id_setting = "rp_id";
constexpr std::string_view last_seen_setting = "last_seen";

}  // namespace

Wrong not_saved(std::string_view name) {
    return {
        fmt::format("cannot write the setting {} into the database", name),
        "look at the disk: is it full, or read-only?"
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
