// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "app/config_keys.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The sections `[providers.NAME]`: one for each provider that people may sign in with.
namespace latchkey::app {

/// Whether the key is one of a provider's section, known or not.
bool is_provider_key(std::string_view key);

/// Reads and checks every such section, with the files that it names (paths below `folder`). What
/// is wrong joins `problems`.
void load_providers(
    Config& config,
    const std::map<std::string, Given>& written,
    const std::filesystem::path& folder,
    std::vector<Problem>& problems
);

}  // namespace latchkey::app
