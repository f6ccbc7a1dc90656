// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/purpose.hpp"

#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/request.hpp"
#include "pages/site.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

constexpr std::size_t return_to_bytes = 1'024;
constexpr std::size_t public_id_characters = 22;

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char character) {
        return character > ' ' && character < '\x7f' && character != '\\' && character != '"' &&
               character != '<' && character != '>';
    });
}

/// The origin that `url` starts with, if it ends there or a path, query or fragment follows:
/// then no user name, port or longer host can hide behind the match.
bool has_origin(std::string_view url, std::string_view origin) {
    if (!url.starts_with(origin)) return false;
    const std::string_view rest = url.substr(origin.size());
    return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

std::string_view name_of(accounts::Intent intent) {
    switch (intent) {
        case accounts::Intent::sign_in:
            return "sign-in";
        case accounts::Intent::add_passkey:
            return "add-passkey";
        case accounts::Intent::confirm:
            return "confirm";
        case accounts::Intent::restore:
            return "restore";
        case accounts::Intent::add_second_step:
            return "add-second-step";
    }
    return "sign-in";
}

std::optional<accounts::Intent> intent_named(std::string_view name) {
    using accounts::Intent;
    for (const Intent intent :
         {Intent::sign_in,
          Intent::add_passkey,
          Intent::confirm,
          Intent::restore,
          Intent::add_second_step}) {
        if (name_of(intent) == name) return intent;
    }
    return std::nullopt;
}

}  // namespace

bool is_own_path(std::string_view target) {
    // "//host" and "/\host" are other hosts to a browser.
    return target.size() <= return_to_bytes && target.starts_with('/') &&
           !target.starts_with("//") && is_visible_ascii(target);
}

bool may_return_to(std::string_view target, const Site& site) {
    if (target.empty() || target.size() > return_to_bytes || !is_visible_ascii(target)) {
        return false;
    }
    if (is_own_path(target)) return true;
    return std::ranges::any_of(site.return_to, [target](const auto& origin) {
        return has_origin(target, origin);
    });
}

accounts::Purpose read_purpose(const http::Form& query, const Site& site) {
    accounts::Purpose purpose;
    purpose.intent = intent_named(query.get("intent")).value_or(accounts::Intent::sign_in);
    const std::string_view replaces = query.get("replaces");
    if (purpose.intent == accounts::Intent::add_passkey &&
        replaces.size() == public_id_characters) {
        purpose.replaces = accounts::PublicId(std::string(replaces));
    }
    const std::string_view return_to = query.get("return_to");
    if (may_return_to(return_to, site)) purpose.return_to = std::string(return_to);
    return purpose;
}

std::string sign_in_location(const accounts::Purpose& purpose) {
    std::string query;
    const auto add = [&query](std::string_view name, std::string_view value) {
        query.append(query.empty() ? "?" : "&").append(name).append("=");
        query.append(percent_encode(value));
    };
    if (purpose.intent != accounts::Intent::sign_in) add("intent", name_of(purpose.intent));
    if (purpose.replaces) add("replaces", purpose.replaces->value());
    if (!purpose.return_to.empty()) add("return_to", purpose.return_to);
    return "/sign-in" + query;
}

std::string sign_in_location_for(std::string_view target, const Site& site) {
    accounts::Purpose purpose;
    if (may_return_to(target, site)) purpose.return_to = std::string(target);
    return sign_in_location(purpose);
}

json::Value to_json(const accounts::Purpose& purpose) {
    json::Value value = json::object({
        {"intent", name_of(purpose.intent)},
        {"return_to", purpose.return_to},
    });
    if (purpose.replaces) value.set("replaces", purpose.replaces->value());
    return value;
}

std::optional<accounts::Purpose> purpose_from_json(const json::Value& value) {
    const std::string* intent_name = value.find_string("intent");
    const std::string* return_to = value.find_string("return_to");
    if (intent_name == nullptr || return_to == nullptr) return std::nullopt;
    const auto intent = intent_named(*intent_name);
    if (!intent) return std::nullopt;
    accounts::Purpose purpose;
    purpose.intent = *intent;
    purpose.return_to = *return_to;
    if (const std::string* replaces = value.find_string("replaces")) {
        purpose.replaces = accounts::PublicId(*replaces);
    }
    return purpose;
}

}  // namespace latchkey::pages
