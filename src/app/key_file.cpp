// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/key_file.hpp"

#include "app/files.hpp"
#include "app/origin.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/try.hpp"
#include "crypto/seal.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::size_t key_file_limit = 4'096;
constexpr std::size_t key_limit = 16;

constexpr std::string_view comment =
    "# The keys of this Latchkey. Without them its database is of no use: keep a copy of this\n"
    "# file, apart from the backups of the database. Nobody else may read it.\n";

std::optional<crypto::Sealer::Key> parse_key(std::string_view line) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view number = line.substr(0, space);
    crypto::Sealer::Key key;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), key.id);
    if (error != std::errc() || end != number.data() + number.size() || key.id == 0) {
        return std::nullopt;
    }
    const auto bytes = base64url_decode(line.substr(std::min(space + 1, line.size())));
    if (!bytes) return std::nullopt;
    const SecretBytes held(*bytes);
    std::array<std::byte, 32> exact{};
    if (held.reveal().size() != exact.size()) return std::nullopt;
    std::ranges::copy(held.reveal(), exact.begin());
    key.key = SecretKey(exact);
    return key;
}

/// Keys, and the text that they stand in: what an operator noted beside them stays.
struct KeyFile {
    SecretText text;
    MasterKeys keys;
};

Result<KeyFile, Wrong> load(const std::string& path) {
    auto text = read_file(path, key_file_limit, Readers::owner_only);
    if (!text) return Fail{text.error()};
    auto keys = TRY(parse_keys(text->reveal()));
    return KeyFile{.text = std::move(text).value(), .keys = std::move(keys)};
}

/// The line that begins with the id of a key, and where it begins.
std::pair<std::size_t, std::string_view> line_of(std::string_view text, std::uint8_t id) {
    const std::string beginning = fmt::format("{} ", id);
    std::size_t at = 0;
    while (!text.substr(at).starts_with(beginning)) {
        at = text.find('\n', at) + 1;
    }
    const std::size_t end = text.find('\n', at);
    return {at, text.substr(at, end == std::string_view::npos ? end : end + 1 - at)};
}

/// After the newest one: an id of a key that was taken out is not met again soon.
std::uint8_t next_id(const MasterKeys& keys) {
    std::uint8_t id = keys.front().id;
    do {
        ++id;
    } while (id == 0 || std::ranges::find(keys, id, &crypto::Sealer::Key::id) != keys.end());
    return id;
}

}  // namespace

Result<MasterKeys, Wrong> parse_keys(std::string_view text) {
    MasterKeys keys;
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        auto key = parse_key(line);
        const bool is_new = key && std::ranges::none_of(keys, [&](const auto& other) {
                                return other.id == key->id;
                            });
        if (!is_new || keys.size() == key_limit) {
            return Fail{Wrong{
                fmt::format("line {} of the key file is no key, or one too many", number),
                "restore the file from your copy of it"
            }};
        }
        keys.push_back(*std::move(key));
    }
    if (keys.empty()) {
        return Fail{Wrong{"the key file holds no key", "restore the file from your copy of it"}};
    }
    return keys;
}

Result<MasterKeys, Wrong> load_key_file(const std::string& path) {
    KeyFile file = TRY(load(path));
    return std::move(file.keys);
}

Result<MasterKeys, Wrong> create_key_file(const std::string& path, Random& random) {
    const SecretKey key(random.bytes<32>());
    const SecretText content(fmt::format("{}1 {}\n", comment, base64url_encode(key.reveal())));
    TRY(create_private_file(path, content.reveal()));
    return parse_keys(content.reveal());
}

Result<std::uint8_t, Wrong> add_key_to_file(const std::string& path, Random& random) {
    const KeyFile file = TRY(load(path));
    if (file.keys.size() == key_limit) {
        return Fail{Wrong{
            fmt::format("{} holds {} keys, and no more fit", path, key_limit),
            "take out those that nothing needs any more: latchkey keys list"
        }};
    }
    const std::uint8_t id = next_id(file.keys);
    const SecretKey key(random.bytes<32>());
    std::string text = file.text.reveal();
    text.insert(
        line_of(text, file.keys.front().id).first,
        fmt::format("{} {}\n", id, base64url_encode(key.reveal()))
    );
    TRY(replace_private_file(path, SecretText(std::move(text)).reveal()));
    return id;
}

Result<void, Wrong> remove_key_from_file(const std::string& path, std::uint8_t id) {
    const KeyFile file = TRY(load(path));
    if (std::ranges::find(file.keys, id, &crypto::Sealer::Key::id) == file.keys.end()) {
        return Fail{Wrong{
            fmt::format("{} holds no key {}", path, id), "latchkey keys list shows which there are"
        }};
    }
    if (file.keys.front().id == id) {
        return Fail{Wrong{
            fmt::format("the key {} is the one that seals", id),
            "make another one first: latchkey keys rotate"
        }};
    }
    std::string text = file.text.reveal();
    const auto [at, line] = line_of(text, id);
    text.erase(at, line.size());
    return replace_private_file(path, SecretText(std::move(text)).reveal());
}

}  // namespace latchkey::app
