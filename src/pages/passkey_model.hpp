// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/types.hpp"
#include "base/json.hpp"
#include "pages/visit.hpp"

#include <vector>

namespace latchkey::pages {

/// A passkey as Settings shows it.
json::Value passkey_model(const Visit& visit, const accounts::Passkey& passkey);

/// The passkeys (not the second factors) of a list.
std::vector<accounts::Passkey> only_passkeys(const std::vector<accounts::Passkey>& credentials);

/// How many of them are active.
std::size_t count_active(const std::vector<accounts::Passkey>& passkeys);

}  // namespace latchkey::pages
