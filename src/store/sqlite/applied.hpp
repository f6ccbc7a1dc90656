// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "store/sqlite/connection.hpp"

#include <cstdint>

namespace latchkey::store::sqlite {

/// What became of one change.
enum class Applied : std::uint8_t {
    made,
    refused,  // its precondition does not hold: the commit is Refused
    invalid,  // a value that no caller of ours writes: the commit fails alone
    failed,   // the database failed: the whole group fails
};

/// For a change that may find nothing to do.
Applied applied(Step step);

/// For a change that must touch a row: none touched means that its precondition does not hold.
Applied changed_a_row(const Ran& ran);

/// For the first step of a query that must find a row.
Applied found_a_row(Step step);

}  // namespace latchkey::store::sqlite
