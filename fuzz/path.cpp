// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/encoding.hpp"
#include "fuzz/target.hpp"
#include "http/target.hpp"
#include "http/text.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto text = text_of(input);
    const auto decoded = http::percent_decode(text);
    if (decoded) {
        LATCHKEY_ASSERT(decoded->size() <= text.size());
        LATCHKEY_ASSERT(http::percent_decode(percent_encode(*decoded)) == decoded);
    }
    static_cast<void>(http::is_query(text));

    const auto path = http::decode_path(text);
    if (!path) return;
    LATCHKEY_ASSERT(path->starts_with('/') && is_utf8(*path) && path == decoded);
    LATCHKEY_ASSERT(std::ranges::none_of(*path, http::is_control));
    for (const std::string_view part : {"//", "\\", "/./", "/../"}) {
        LATCHKEY_ASSERT(path->find(part) == std::string::npos);
    }
    LATCHKEY_ASSERT(!path->ends_with("/.") && !path->ends_with("/.."));
    LATCHKEY_ASSERT(http::decode_path(percent_encode(*path)) == path);
}

}  // namespace latchkey::fuzz
