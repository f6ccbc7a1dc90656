// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "fuzz/target.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"
#include "http/text.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <string>
#include <string_view>

namespace latchkey::fuzz {

void run(ByteView input) {
    const auto text = text_of(input);
    static_cast<void>(http::parse_accept(text));
    auto cookies = http::parse_cookies(text);
    if (!cookies) return;
    LATCHKEY_ASSERT(cookies->size() <= http::limits::cookies);
    std::string again;
    for (const auto& [name, value] : *cookies) {
        LATCHKEY_ASSERT(http::is_token(name));
        LATCHKEY_ASSERT(value.find(';') == std::string::npos);
        again.append(name).append("=").append(value).append("; ");
    }
    LATCHKEY_ASSERT(http::parse_cookies(again) == cookies);
    http::Request request;
    request.cookies = *cookies;
    for (const auto& [name, value] : *cookies) {
        const auto* found = request.cookie(name);
        LATCHKEY_ASSERT(found == nullptr || *found == value);
    }
}

}  // namespace latchkey::fuzz
