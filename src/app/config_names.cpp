// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The names of keys: in the environment, and mistyped.
namespace latchkey::app {
namespace {

char to_environment(char c) {
    if (c == '.') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Levenshtein's distance: how many characters to insert, drop or change.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string environment_name(std::string_view key) {
    std::string name = "LATCHKEY_";
    for (const char c : key) {
        name += to_environment(c);
    }
    return name;
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& names) {
    constexpr std::size_t longest_name = 64;  // longer ones are no slip of the finger
    if (name.size() > longest_name) return std::nullopt;
    const auto best = std::ranges::min_element(names, {}, [&](const std::string& candidate) {
        return distance(name, candidate);
    });
    if (best == names.end() || distance(name, *best) > 1 + name.size() / 3) return std::nullopt;
    return *best;
}

}  // namespace latchkey::app
