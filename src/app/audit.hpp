// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/origin.hpp"
#include "latchkey/result.hpp"
#include "store/sqlite/verify.hpp"

#include <string>

namespace latchkey::app {

/// Looks whether the database is as Latchkey wrote it. The server may run; nothing is changed.
Result<store::Verified, Wrong> verify_database(const Config& config);

/// What is to be done about what was altered.
inline constexpr const char* altered_mend =
    "find out who can write to the database; restore a backup from before, or have the owners sign "
    "in another way and add a new passkey";

/// "row 17 of passkeys (ada@example.com)"
std::string words_of(const store::AlteredRow& altered);

/// "event 17 of 2026-11-23T12:00:00.000Z of the audit log is not as it was written"
std::string words_of(const store::AuditFault& fault);

}  // namespace latchkey::app
