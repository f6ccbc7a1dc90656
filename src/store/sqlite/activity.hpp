// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/events.hpp"
#include "accounts/types.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/row_guard.hpp"
#include "store/store.hpp"

#include <vector>

/// Reads that take more than one statement or put together what stands in several places.
namespace latchkey::store::sqlite {

/// Events of the account, newest first, in one snapshot. Passkey sign-ins stand in an index by
/// buckets of 4096 ids (0001_initial.sql says why): the newest 16,384 buckets that hold an event
/// and are asked for are looked at, which takes 30 ms at most and is weeks of a million sign-ins a
/// day.
std::vector<accounts::Event> read_activity(
    Reader& reader, accounts::AccountId account, const Store::EventQuery& query
);

/// All credentials of the account that `guard` lets through, oldest first; the last use as far as
/// it was merged.
std::vector<accounts::Passkey> read_passkeys(
    Reader& reader, const RowGuard& guard, accounts::AccountId account
);

}  // namespace latchkey::store::sqlite
