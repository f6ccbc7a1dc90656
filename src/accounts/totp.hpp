// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "latchkey/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// One-time passwords of authenticator apps: HOTP (RFC 4226) over time steps (RFC 6238), SHA-1,
/// 6 digits, 30 seconds, as every app does without being told.
namespace latchkey::accounts {

/// The HOTP value of `counter` with that many digits, 6 to 8 (RFC 4226 section 5.3).
std::string hotp(ByteView secret, std::uint64_t counter, std::size_t digits);

/// The time step of a moment (RFC 6238 section 4.2). Moments before 1970 have none: step 0.
TotpStep totp_step(TimePoint now);

/// The step that `code` is of: this one or the one before (RFC 6238 section 5.2: one for the way
/// here), and later than `last_used`; nullopt: none of these. Takes the same time for any code.
std::optional<TotpStep> match_totp(
    ByteView secret, std::string_view code, TotpStep last_used, TimePoint now
);

/// What the QR code says: otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=….
std::string totp_uri(ByteView secret, std::string_view issuer, std::string_view account);

}  // namespace latchkey::accounts
