// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::http {

/// The path of an origin-form request target (RFC 9112 section 3.2.1), decoded once. Each resource
/// has one spelling that we accept. nullopt: no leading `/`, a character that RFC 3986 does not
/// allow in a path, bad percent-encoding, `/` `\` or a control character behind percent-encoding,
/// `//`, a segment `.` or `..` (encoded or not), or no UTF-8.
std::optional<std::string> decode_path(std::string_view path);

/// Whether it has only visible ASCII other than `#`. Decoding is parse_form's.
bool is_query(std::string_view query);

}  // namespace latchkey::http
