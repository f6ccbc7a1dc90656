// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/webauthn/types.hpp"

#include <optional>
#include <string_view>

namespace latchkey::webauthn {

/// Reads an AAGUID as people write it, "08987058-cadc-4b81-b6e1-30de50dcbe96"; capitals are fine.
/// nullopt: anything else.
std::optional<Aaguid> parse_aaguid(std::string_view text);

}  // namespace latchkey::webauthn
