// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// A QR code for an SVG: `<svg viewBox="0 0 SIZE SIZE"><path d="PATH"/></svg>`, dark on light.
struct QrCode {
    std::int64_t size = 0;  // modules a side, with the quiet zone of four all around
    std::string path;       // one rectangle for each run of dark modules in a row
};

/// The code of a text of at most 1,024 bytes, with medium error correction.
QrCode make_qr_code(std::string_view text);

}  // namespace latchkey::pages
