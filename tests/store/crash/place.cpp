// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/crash/place.hpp"

#include "accounts/email_address.hpp"
#include "base/clock.hpp"
#include "store/row_macs.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/row_macs.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::test {

store::RowMacsPtr crash_macs(NewestKey newest) {
    return newest == NewestKey::first ? row_macs({1, 2}) : row_macs({2, 1});
}

std::unique_ptr<store::Store> open_crash_store(
    const std::filesystem::path& database, const Clock& clock, const char* vfs
) {
    auto opened = store::SqliteStore::open(
        {.path = database, .clock = &clock, .queue_limit = 1'000'000, .vfs = vfs}
    );
    if (opened) {
        (*opened)->use_keys(store_keys(crash_macs(NewestKey::first)));
        return *std::move(opened);
    }
    std::fprintf(stderr, "%s: %s\n", opened.error().what.c_str(), opened.error().mend.c_str());
    std::exit(2);
}

accounts::EmailAddress address_numbered(std::int64_t number) {
    return accounts::EmailAddress::parse("moved" + std::to_string(number) + "@example.org").value();
}

}  // namespace latchkey::test
