// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// A colour of sRGB.
struct Colour {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;

    bool operator==(const Colour&) const = default;
};

inline constexpr Colour black{};
inline constexpr Colour white{255, 255, 255};

/// `#rrggbb`; nothing else that CSS knows.
std::optional<Colour> parse_colour(std::string_view text);
std::string to_css(Colour colour);

/// The contrast ratio of WCAG 2.2 ("contrast ratio", "relative luminance"): 1 to 21.
double contrast(Colour one, Colour other);

/// The least contrast of a colour with any of some grounds; `grounds` has one at least.
double least_contrast(Colour colour, std::span<const Colour> grounds);

/// `share` (0 to 1) of the way from one colour to another, channel by channel.
Colour mixed(Colour from, Colour to, double share);

/// The first colour on the way from `colour` to `end` (black or white) that has `ratio` on each
/// of the grounds; `end` if none has.
Colour with_contrast(Colour colour, Colour end, std::span<const Colour> grounds, double ratio);

}  // namespace latchkey::pages
