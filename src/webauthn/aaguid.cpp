// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "webauthn/aaguid.hpp"

#include "base/encoding.hpp"
#include "latchkey/webauthn/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::webauthn {

std::optional<Aaguid> parse_aaguid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash != (text[i] == '-')) return std::nullopt;
        if (!is_dash) digits += text[i];
    }
    const auto bytes = hex_decode(digits);
    if (!bytes) return std::nullopt;
    std::array<std::byte, 16> model{};
    std::ranges::copy(*bytes, model.begin());
    return Aaguid(model);
}

}  // namespace latchkey::webauthn
