// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "app/control_commands.hpp"
#include "base/json.hpp"
#include "store/commit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the operator's commands share.
namespace latchkey::app {

/// How often a command begins anew when the account changes under its hands.
inline constexpr int tries = 5;

json::Value error(std::string_view code, std::string what, std::string mend);
json::Value not_written();

/// From the command line: no network and no browser.
accounts::Circumstances circumstances(const CommandContext& context);

accounts::Fresh fresh_events(const CommandContext& context);

store::CommitResult commit(const CommandContext& context, accounts::Decision decision);

json::Value time_or_null(const std::optional<TimePoint>& time);
json::Value passkey_line(const accounts::Passkey& passkey);
json::Value event_line(const accounts::Event& event);

template <class Item>
json::Array lines_of(const std::vector<Item>& items, json::Value (*line)(const Item&)) {
    json::Array lines;
    lines.reserve(items.size());
    for (const Item& item : items) {
        lines.push_back(line(item));
    }
    return lines;
}

// ---- control_keys.cpp: the keys of the key file

json::Value list_keys(const CommandContext& context);

/// Reads the key file again. What a stopped server's database holds is then brought under its first
/// key; a running server does that by itself.
json::Value reload_keys(const CommandContext& context);

// ---- control_recovery.cpp: what an operator does about one account

json::Value show_factors(const CommandContext& context, const accounts::Account& account);

/// At most 200, newest first.
json::Value list_events(
    const CommandContext& context, const accounts::Account& account, const json::Value& request
);

/// They tell the owner, so the server has to run.
json::Value grant_recovery(const CommandContext& context, const accounts::Account& account);
json::Value reset_second_factor(const CommandContext& context, const accounts::Account& account);
json::Value delete_account(const CommandContext& context, const accounts::Account& account);

}  // namespace latchkey::app
