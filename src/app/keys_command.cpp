// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/key_file.hpp"
#include "app/origin.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

/// One line of the answer to `keys.list`.
struct ListedKey {
    std::int64_t id = 0;
    bool seals = false;
    bool is_needed = true;
};

bool flag(const json::Value& line, std::string_view name) {
    const json::Value* value = line.find(name);
    return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

Result<std::vector<ListedKey>, Wrong> ask_for_keys(const Config& config) {
    const json::Value answer = TRY(carry_out(config, json::object({{"command", "keys.list"}})));
    std::vector<ListedKey> keys;
    const json::Value* lines = answer.find("keys");
    if (lines == nullptr || lines->as_array() == nullptr) return keys;
    for (const json::Value& line : *lines->as_array()) {
        const json::Value* id = line.find("id");
        if (id == nullptr || id->as_integer() == nullptr) continue;
        keys.push_back({
            .id = *id->as_integer(),
            .seals = flag(line, "seals"),
            .is_needed = flag(line, "needed"),
        });
    }
    return keys;
}

Result<void, Wrong> reload(const Config& config) {
    TRY(carry_out(config, json::object({{"command", "keys.reload"}})));
    return {};
}

Result<void, Wrong> remove(const Config& config, std::uint8_t id) {
    const auto keys = TRY(ask_for_keys(config));
    const auto found = std::ranges::find(keys, std::int64_t{id}, &ListedKey::id);
    // remove_key_from_file() says what is wrong with a key that is not there, or that seals.
    if (found != keys.end() && !found->seals && found->is_needed) {
        return Fail{Wrong{
            fmt::format("the database still needs the key {}", id),
            "wait until `latchkey keys list` says that nothing does"
        }};
    }
    TRY(remove_key_from_file(config.key_file, id));
    return reload(config);
}

std::string_view words_of(const ListedKey& key) {
    if (key.seals) return "seals";
    return key.is_needed ? "still needed" : "nothing needs it";
}

}  // namespace

Exit list_keys(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto keys = ask_for_keys(*config);
    if (!keys) return fail(keys.error());
    for (const ListedKey& key : *keys) {
        fmt::print("{:>3}  {}\n", key.id, words_of(key));
    }
    return Exit::done;
}

Exit rotate_keys(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    // Asked first: a key file that is not of this database gets no key.
    const auto before = ask_for_keys(*config);
    if (!before) return fail(before.error());
    crypto::SystemRandom random;
    const auto id = add_key_to_file(config->key_file, random);
    if (!id) return fail(id.error());
    const auto reloaded = reload(*config);
    if (!reloaded) {
        fmt::print(stderr, "latchkey: the key {} is in the file, but not yet in use\n", *id);
        return fail(reloaded.error());
    }
    fmt::print(
        "The key {} seals from now on. Copy {} to where you keep its copy.\n"
        "When `latchkey keys list` says that nothing needs an older key, take it out of the file "
        "with\n`latchkey keys remove`. Keep it for as long as you keep backups from before.\n",
        *id,
        config->key_file
    );
    return Exit::done;
}

Exit remove_key(const std::string& config_file, std::uint8_t id) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto removed = remove(*config, id);
    if (!removed) return fail(removed.error());
    fmt::print("The key {} is out of {}.\n", id, config->key_file);
    return Exit::done;
}

}  // namespace latchkey::app
