// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/contrast.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace latchkey::pages {
namespace {

std::optional<std::uint8_t> channel(std::string_view digits) {
    std::uint8_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value, 16);
    if (error != std::errc() || rest != end) return std::nullopt;
    return value;
}

double linear(std::uint8_t channel) {
    const double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double relative_luminance(Colour colour) {
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) +
           0.0722 * linear(colour.blue);
}

std::uint8_t between(std::uint8_t from, std::uint8_t to, double share) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
}

}  // namespace

std::optional<Colour> parse_colour(std::string_view text) {
    if (text.size() != 7 || text.front() != '#') return std::nullopt;
    const auto red = channel(text.substr(1, 2));
    const auto green = channel(text.substr(3, 2));
    const auto blue = channel(text.substr(5, 2));
    if (!red || !green || !blue) return std::nullopt;
    return Colour{*red, *green, *blue};
}

std::string to_css(Colour colour) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "#";
    for (const std::uint8_t value : {colour.red, colour.green, colour.blue}) {
        text += digits[static_cast<std::size_t>(value) / 16];
        text += digits[value % 16];
    }
    return text;
}

double contrast(Colour one, Colour other) {
    const double a = relative_luminance(one);
    const double b = relative_luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

double least_contrast(Colour colour, std::span<const Colour> grounds) {
    double least = std::numeric_limits<double>::max();
    for (const Colour ground : grounds) {
        least = std::min(least, contrast(colour, ground));
    }
    return least;
}

Colour mixed(Colour from, Colour to, double share) {
    return {
        between(from.red, to.red, share),
        between(from.green, to.green, share),
        between(from.blue, to.blue, share)
    };
}

Colour with_contrast(Colour colour, Colour end, std::span<const Colour> grounds, double ratio) {
    constexpr int steps = 64;
    for (int step = 0; step < steps; ++step) {
        const Colour candidate = mixed(colour, end, static_cast<double>(step) / steps);
        if (least_contrast(candidate, grounds) >= ratio) return candidate;
    }
    return end;
}

}  // namespace latchkey::pages
