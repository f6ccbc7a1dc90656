// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

/// base64url without padding (RFC 4648 section 5, as WebAuthn and JOSE use it).
std::string base64url_encode(ByteView bytes);

/// Strict: nothing but the alphabet, no padding, no impossible length, no stray bits in the last
/// character. Anything else is nullopt, so every value has exactly one accepted spelling.
std::optional<Bytes> base64url_decode(std::string_view text);

/// base64 with padding (RFC 4648 section 4), for mail, basic authentication and certificates in
/// JSON.
std::string base64_encode(ByteView bytes);

/// As strict as base64url_decode; the padding must be there.
std::optional<Bytes> base64_decode(std::string_view text);

/// Lower-case hexadecimal.
std::string hex_encode(ByteView bytes);

/// Accepts both cases; an odd length or another character is nullopt.
std::optional<Bytes> hex_decode(std::string_view text);

/// The bytes of the UTF-8 sequence that starts `rest` (1 to 4), or 0 if none well-formed does.
std::size_t utf8_length(std::string_view rest);

/// Percent-encodes everything but the unreserved characters (RFC 3986 section 2.3) and `/`.
std::string percent_encode(std::string_view text);

/// Whether `bytes` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

/// The Unicode code points of a UTF-8 text; nullopt if it is not well-formed.
std::optional<std::u32string> code_points(std::string_view bytes);

}  // namespace latchkey
