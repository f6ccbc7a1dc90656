// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/qr_code.hpp"

#include "latchkey/result.hpp"

#include <cstddef>
#include <string_view>

#include <fmt/core.h>
#include <qrcodegen/QrCode.hpp>

namespace latchkey::pages {
namespace {

constexpr int quiet_zone = 4;
constexpr std::size_t text_bytes = 1'024;  // far below what the largest code holds

}  // namespace

QrCode make_qr_code(std::string_view text) {
    LATCHKEY_ASSERT(text.size() <= text_bytes);
    const auto code =
        qrcodegen::QrCode::encodeText(std::string(text).c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    QrCode drawn{.size = code.getSize() + 2 * quiet_zone, .path = {}};
    for (int y = 0; y < code.getSize(); ++y) {
        for (int x = 0; x < code.getSize(); ++x) {
            const int start = x;
            while (x < code.getSize() && code.getModule(x, y)) {
                ++x;
            }
            const int length = x - start;
            if (length == 0) continue;
            drawn.path +=
                fmt::format("M{} {}h{}v1h-{}z", start + quiet_zone, y + quiet_zone, length, length);
        }
    }
    return drawn;
}

}  // namespace latchkey::pages
