// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/config.hpp"
#include "latchkey/result.hpp"
#include "support/process.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

/// What the tests of the configuration share.
namespace latchkey::app {

/// The smallest configuration that serves. Ends in a section: what follows begins another.
inline constexpr std::string_view minimal = R"(origin = "https://id.example.com"
[smtp]
url = "smtp://mail.example.com"
from = "no-reply@example.com"
)";

using LoadedConfig = Result<Loaded, std::vector<Problem>>;

/// Loads a file of this text in the folder, beside what it names.
inline LoadedConfig load_from(
    const test::TemporaryFolder& folder,
    std::string_view toml,
    const Environment& environment = {},
    Needs needs = Needs::everything
) {
    return load_config(folder.write("latchkey.toml", toml), environment, needs);
}

/// All that is wrong, as the operator reads it; fails the test if nothing is.
inline std::string problems_of(const LoadedConfig& loaded) {
    REQUIRE_FALSE(loaded.has_value());
    std::string text;
    for (const Problem& problem : loaded.error()) {
        text += problem.text() + "\n";
    }
    return text;
}

/// The keys that are wrong, in order, each with a space after it.
inline std::string wrong_keys(const LoadedConfig& loaded) {
    if (loaded) return "";
    std::string keys;
    for (const Problem& problem : loaded.error()) {
        keys += problem.key + " ";
    }
    return keys;
}

}  // namespace latchkey::app
