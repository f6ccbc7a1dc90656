// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "pages/visit.hpp"

namespace latchkey::pages {

/// Adds the section of sessions to the model of Settings → Security: `sessions`, this one first,
/// then by their last use; `other_sessions` says how many others there are.
void add_sessions(const Visit& visit, json::Value& model);

}  // namespace latchkey::pages
