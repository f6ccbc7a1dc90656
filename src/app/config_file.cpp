// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_file.hpp"

#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "latchkey/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace latchkey::app {
namespace {

std::optional<Given> list_of_text(const toml::array& array) {
    Given given{.kind = ValueKind::list, .values = {}};
    for (const toml::node& node : array) {
        const auto* text = node.as_string();
        if (text == nullptr) return std::nullopt;
        given.values.push_back(text->get());
    }
    return given;
}

std::optional<Given> given_by(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return Given{.kind = ValueKind::text, .values = {text->get()}};
    }
    if (const auto* number = node.as_integer()) {
        return Given{.kind = ValueKind::number, .values = {fmt::to_string(number->get())}};
    }
    if (const auto* array = node.as_array()) return list_of_text(*array);
    return std::nullopt;
}

}  // namespace

Result<std::map<std::string, Given>, std::vector<Problem>> parse_config_text(std::string_view text
) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        const auto& at = error.source().begin;
        return Fail{std::vector{Problem{
            .key = "",
            .wrong =
                {fmt::format("line {}, column {} is not TOML", at.line, at.column),
                 std::string(error.description())}
        }}};
    }
    std::map<std::string, Given> found;
    std::vector<Problem> problems;
    const auto take = [&](std::string key, const toml::node& node) {
        if (auto given = given_by(node)) {
            found.emplace(std::move(key), *std::move(given));
        } else {
            problems.push_back(
                {.key = std::move(key),
                 .wrong =
                     {"is neither text, a whole number nor a list of texts",
                      R"(write text in double quotes and a list like ["a", "b"])"}}
            );
        }
    };
    for (const auto& [name, node] : parsed.table()) {
        const toml::table* section = node.as_table();
        if (section == nullptr) {
            take(std::string(name.str()), node);
            continue;
        }
        for (const auto& [inner, value] : *section) {
            const std::string key = fmt::format("{}.{}", name.str(), inner.str());
            const toml::table* provider = name.str() == "providers" ? value.as_table() : nullptr;
            if (provider == nullptr) {
                take(key, value);
                continue;
            }
            for (const auto& [leaf, leaf_value] : *provider) {
                take(fmt::format("{}.{}", key, leaf.str()), leaf_value);
            }
        }
    }
    if (!problems.empty()) return Fail{std::move(problems)};
    return found;
}

}  // namespace latchkey::app
