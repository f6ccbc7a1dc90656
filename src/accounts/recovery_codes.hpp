// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Recovery codes: kept on paper, each opens the second step once (NIST SP 800-63B-4 section
/// 4.2.1.1 asks for 64 bits; these have 125, so that a keyed hash is enough to store them).
namespace latchkey::accounts {

/// "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY": 25 characters of base32 (A-Z, 2-7), 125 bits of `random`.
SecretText make_recovery_code(const std::array<std::byte, 16>& random);

/// What a person typed as one: spaces and dashes dropped, small letters too, and 0, 1, 8 read as
/// the letters O, I, B that they were taken for. Exactly 25 characters of base32, or nullopt.
std::optional<SecretText> parse_recovery_code(std::string_view typed);

/// The keyed hash that is stored: of the account and the 25 characters.
Hash recovery_code_mac(const SecretKey& pepper, AccountId account, std::string_view code);

}  // namespace latchkey::accounts
