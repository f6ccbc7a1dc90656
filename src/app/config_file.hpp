// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "latchkey/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

/// The keys of a TOML document (version 1.0) with their values, "smtp.url" for `url` in `[smtp]`.
/// Any name is taken here, known or not; tables nest once, lists hold text only.
Result<std::map<std::string, Given>, std::vector<Problem>> parse_config_text(std::string_view text);

}  // namespace latchkey::app
