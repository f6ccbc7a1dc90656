// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "pages/contrast.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

enum class PictureType : std::uint8_t { svg, png };

struct Picture {
    PictureType type = PictureType::svg;
    std::string content;
};

/// The picture in a file, by its content: a PNG by its signature, an SVG by its root element.
/// Browsers show either as a picture only, where scripts do not run.
std::optional<Picture> parse_picture(std::string content);

/// What the operator set of the look and the words.
struct Brand {
    std::string name;                   // of the app or service: "Example"
    std::string support;                // an e-mail address or an https link; may be empty
    std::string privacy;                // an https link; may be empty
    std::string terms;                  // an https link; may be empty
    std::optional<Colour> accent;       // of the main action, where the scheme is light
    std::optional<Colour> accent_dark;  // where it is dark; made from `accent` if not set
    std::optional<unsigned> radius;     // of controls, in CSS pixels
    std::optional<Picture> logo;        // in place of the name at the head of a page
    std::optional<Picture> icon;        // of the tab
};

/// What links and controls stand on in each scheme: the surfaces of web/styles/tokens.css.
inline constexpr std::array light_grounds{
    Colour{0xf5, 0xf6, 0xf8}, white, Colour{0xee, 0xf2, 0xfc}, Colour{0xf0, 0xf2, 0xf6}
};
inline constexpr std::array dark_grounds{
    Colour{0x0f, 0x12, 0x16},
    Colour{0x17, 0x1b, 0x21},
    Colour{0x1a, 0x22, 0x33},
    Colour{0x1f, 0x24, 0x2c}
};

/// The least contrast of the main action with what it stands on (WCAG 2.2 SC 1.4.11), and of
/// text that must be read with its ground (SC 1.4.6).
inline constexpr double control_contrast = 3.0;
inline constexpr double text_contrast = 7.0;

/// A file of the brand that browsers fetch under /assets/.
struct BrandAsset {
    std::string name;  // "brand-16f18fa8030ce5e2.css": changes with the content
    std::string_view content_type;
    std::string hash;  // 16 hexadecimal digits of the SHA-256 of the content
    std::string content;
};

struct BrandAssets {
    std::optional<BrandAsset> style;  // if a colour or the radius is set
    std::optional<BrandAsset> logo;
    std::optional<BrandAsset> icon;

    [[nodiscard]] const BrandAsset* find(std::string_view name) const;
};

BrandAssets make_brand_assets(const Brand& brand);

}  // namespace latchkey::pages
