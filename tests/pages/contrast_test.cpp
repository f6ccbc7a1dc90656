// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/contrast.hpp"

#include <array>
#include <optional>
#include <string>

#include <doctest/doctest.h>

using latchkey::pages::black;
using latchkey::pages::Colour;
using latchkey::pages::contrast;
using latchkey::pages::parse_colour;
using latchkey::pages::white;

TEST_CASE("A colour is #rrggbb in either case, and nothing else") {
    CHECK(parse_colour("#2044b3") == Colour{0x20, 0x44, 0xb3});
    CHECK(parse_colour("#FFFFFF") == white);
    for (const std::string text :
         {"",
          "#",
          "2044b3",
          "#2044b",
          "#2044b33",
          "#20 4b3",
          "#-044b3",
          "#+044b3",
          "#2044g3",
          "blue",
          "#0x44b3",
          "##044b3"}) {
        CAPTURE(text);
        CHECK(parse_colour(text) == std::nullopt);
    }
    CHECK(latchkey::pages::to_css({0x0a, 0xff, 0x00}) == "#0aff00");
}

TEST_CASE("Contrast is that of WCAG 2.2: figures that others publish") {
    CHECK(contrast(black, white) == doctest::Approx(21));
    CHECK(contrast(white, white) == doctest::Approx(1));
    // The greys at the edges of AA and of 3:1 on white, and a pure red.
    CHECK(contrast({0x76, 0x76, 0x76}, white) == doctest::Approx(4.54).epsilon(0.001));
    CHECK(contrast({0x77, 0x77, 0x77}, white) == doctest::Approx(4.48).epsilon(0.001));
    CHECK(contrast(white, {0x94, 0x94, 0x94}) == doctest::Approx(3.03).epsilon(0.001));
    CHECK(contrast({0xff, 0, 0}, white) == doctest::Approx(4.00).epsilon(0.001));
}

TEST_CASE("A colour goes towards black or white no further than it must") {
    constexpr std::array grounds{white, Colour{0xf5, 0xf6, 0xf8}};
    constexpr Colour yellow{0xff, 0xe6, 0x00};
    const Colour found = latchkey::pages::with_contrast(yellow, black, grounds, 7);
    CHECK(latchkey::pages::least_contrast(found, grounds) >= 7);
    CHECK(latchkey::pages::least_contrast(found, grounds) < 7.5);
    CHECK(latchkey::pages::with_contrast(black, black, grounds, 7) == black);
    constexpr std::array middle{Colour{0x77, 0x77, 0x77}};
    CHECK(latchkey::pages::with_contrast(yellow, black, middle, 7) == black);
}
