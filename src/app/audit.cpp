// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/audit.hpp"

#include "app/config.hpp"
#include "app/key_file.hpp"
#include "app/origin.hpp"
#include "app/start_checks.hpp"
#include "app/terminal.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/verify.hpp"

#include <memory>
#include <string>

#include <fmt/core.h>

namespace latchkey::app {

Result<store::Verified, Wrong> verify_database(const Config& config) {
    const MasterKeys keys = TRY(load_key_file(config.key_file));
    KeyCheck found = KeyCheck::rows_marked;
    const auto verified = store::verify({
        .database = database_file(config),
        .key =
            {.setting = std::string(key_check_setting),
             .fits =
                 [&](const std::string& value) {
                     found = read_key_check(keys, value);
                     return found != KeyCheck::other_key;
                 }},
        .macs = std::make_shared<const store::RowMacs>(keys),
    });
    if (!verified) return Fail{Wrong{verified.error().what, verified.error().mend}};
    if (found == KeyCheck::rows_unmarked) {
        return Fail{Wrong{
            "the database is from a version that did not yet protect its rows",
            "start this version once: it gives each row its mark"
        }};
    }
    return *verified;
}

std::string words_of(const store::AlteredRow& altered) {
    return fmt::format(
        "row {} of {} ({})",
        altered.row.row,
        store::name_of(altered.row.table),
        altered.email.empty() ? "of no account" : printable(altered.email)
    );
}

}  // namespace latchkey::app
