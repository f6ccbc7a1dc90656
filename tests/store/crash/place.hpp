// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/email_address.hpp"
#include "base/clock.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

/// What both halves of the crash test agree on.
namespace latchkey::test {

/// The two keys that rows change between, one of which makes the MACs now.
enum class NewestKey : std::uint8_t { first, second };

store::RowMacsPtr crash_macs(NewestKey newest);

/// The store of the crash test, under those keys. Ends the process if it does not open.
std::unique_ptr<store::Store> open_crash_store(
    const std::filesystem::path& database, const Clock& clock, const char* vfs
);

accounts::EmailAddress address_numbered(std::int64_t number);

}  // namespace latchkey::test
