// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "base/json.hpp"
#include "http/request.hpp"
#include "pages/site.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// What a person is here for, from the query of /sign-in: `intent`, `replaces`, `return_to`. What
/// is not allowed is left out: a bad `return_to` leads to Settings, never elsewhere.
accounts::Purpose read_purpose(const http::Form& query, const Site& site);

/// The address of the sign-in page for this purpose: what read_purpose reads.
std::string sign_in_location(const accounts::Purpose& purpose);

/// The same for a stranger who asked for `target`, path and query: back there after the sign-in, if
/// one may return to it.
std::string sign_in_location_for(std::string_view target, const Site& site);

json::Value to_json(const accounts::Purpose& purpose);
std::optional<accounts::Purpose> purpose_from_json(const json::Value& value);

/// Where a person may be sent after a sign-in: a path of ours ("/settings/security"), or a URL
/// whose origin is exactly one of `site.return_to`. At most 1,024 bytes of visible ASCII.
bool may_return_to(std::string_view target, const Site& site);

/// Whether `target` is one of our own paths: then a plain redirect leads there.
bool is_own_path(std::string_view target);

}  // namespace latchkey::pages
