// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/control_commands.hpp"
#include "app/control_parts.hpp"
#include "app/keyring.hpp"
#include "base/json.hpp"

#include <cstddef>
#include <cstdint>

namespace latchkey::app {
namespace {

json::Value key_line(const Keyring::KeyUse& key) {
    return json::object(
        {{"id", std::int64_t{key.id}}, {"seals", key.seals}, {"needed", key.is_needed}}
    );
}

/// Whether everything is under the first key in the end.
bool renew_all(Keyring& keyring) {
    constexpr std::size_t rows_a_turn = 10'000;
    Keyring::Renewal renewal = Keyring::Renewal::begun;
    while (renewal == Keyring::Renewal::begun) {
        renewal = keyring.renew(rows_a_turn);
    }
    return renewal != Keyring::Renewal::failed;
}

}  // namespace

json::Value list_keys(const CommandContext& context) {
    return json::object({{"keys", lines_of(context.keyring.list(), key_line)}});
}

json::Value reload_keys(const CommandContext& context) {
    const bool runs = context.services != nullptr;
    if (runs) {
        const auto reloaded = context.keyring.reload();
        if (!reloaded) {
            return error("key_file", reloaded.error().what, reloaded.error().mend);
        }
    } else if (!renew_all(context.keyring)) {
        return not_written();
    }
    return json::object({{"key", std::int64_t{context.keyring.first_key()}}});
}

}  // namespace latchkey::app
