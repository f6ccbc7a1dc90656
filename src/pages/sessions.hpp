// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "pages/visit.hpp"

namespace latchkey::pages {

/// Adds the section of sessions to the model of Settings → Security: `sessions`, this one first,
/// then by their last use; and `has_other_sessions`.
void add_sessions(const Visit& visit, json::Value& model);

/// Whether the account is signed in elsewhere too.
bool has_other_sessions(const Visit& visit);

}  // namespace latchkey::pages
