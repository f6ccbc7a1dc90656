// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/brand.hpp"

#include "http/request.hpp"
#include "http/response.hpp"
#include "pages/assets.hpp"
#include "pages/contrast.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using latchkey::pages::Brand;
using latchkey::pages::Colour;
using latchkey::pages::least_contrast;
using latchkey::pages::make_brand_assets;
using latchkey::pages::parse_colour;
using latchkey::pages::parse_picture;
using latchkey::pages::PictureType;

namespace {

/// The properties of a stylesheet's two blocks, for light and for dark.
struct Style {
    std::map<std::string, std::string> light;
    std::map<std::string, std::string> dark;
};

std::map<std::string, std::string> properties(std::string_view block) {
    std::map<std::string, std::string> found;
    while (true) {
        const auto name = block.find("--");
        if (name == std::string_view::npos) return found;
        block.remove_prefix(name);
        const auto colon = block.find(':');
        const auto end = block.find(';');
        if (colon >= end || end == std::string_view::npos) return found;
        std::string value(block.substr(colon + 1, end - colon - 1));
        value.erase(0, value.find_first_not_of(' '));
        found.emplace(block.substr(0, colon), value);
        block.remove_prefix(end);
    }
}

Style parse(std::string_view css) {
    const auto dark = css.find("@media (prefers-color-scheme");
    return {
        .light = properties(css.substr(0, dark)),
        .dark = dark == std::string_view::npos ? properties("") : properties(css.substr(dark)),
    };
}

Style style_of(const Brand& brand) {
    const auto assets = make_brand_assets(brand);
    REQUIRE(assets.style.has_value());
    return parse(assets.style->content);
}

Colour colour(const std::map<std::string, std::string>& style, const std::string& name) {
    const auto found = parse_colour(style.at(name));
    REQUIRE(found.has_value());
    return *found;
}

}  // namespace

TEST_CASE("The surfaces that contrast is computed with are those of the stylesheet") {
    std::ifstream file(LATCHKEY_SOURCE_DIR "/web/styles/tokens.css");
    const Style tokens =
        parse(std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
    std::size_t index = 0;
    for (const char* name : {"--page", "--card", "--note", "--control-hover"}) {
        CAPTURE(name);
        CHECK(colour(tokens.light, name) == latchkey::pages::light_grounds.at(index));
        CHECK(colour(tokens.dark, name) == latchkey::pages::dark_grounds.at(index));
        ++index;
    }
    CHECK(index == latchkey::pages::light_grounds.size());
    CHECK(index == latchkey::pages::dark_grounds.size());
}

TEST_CASE("A brand without looks has no files") {
    const auto assets = make_brand_assets({.name = "Example", .support = ""});
    CHECK_FALSE(assets.style.has_value());
    CHECK_FALSE(assets.logo.has_value());
    CHECK_FALSE(assets.icon.has_value());
    CHECK(assets.find("brand.css") == nullptr);
}

TEST_CASE("Whatever the accent, labels and links can be read in both schemes") {
    rc::check([] {
        Brand brand;
        brand.accent = Colour{
            *rc::gen::arbitrary<std::uint8_t>(),
            *rc::gen::arbitrary<std::uint8_t>(),
            *rc::gen::arbitrary<std::uint8_t>()
        };
        const Style style = style_of(brand);
        RC_ASSERT(colour(style.light, "--accent") == *brand.accent);
        for (const auto* scheme : {&style.light, &style.dark}) {
            const Colour label = colour(*scheme, "--on-accent");
            RC_ASSERT(latchkey::pages::contrast(label, colour(*scheme, "--accent")) >= 4.5);
            RC_ASSERT(latchkey::pages::contrast(label, colour(*scheme, "--accent-hover")) >= 4.5);
        }
        for (const char* link : {"--link", "--link-hover"}) {
            RC_ASSERT(
                least_contrast(colour(style.light, link), latchkey::pages::light_grounds) >= 7
            );
            RC_ASSERT(least_contrast(colour(style.dark, link), latchkey::pages::dark_grounds) >= 7);
        }
    });
}

TEST_CASE("A colour for dark pages is taken as it is; a radius goes without a colour") {
    Brand brand;
    brand.accent = parse_colour("#0b6e4f");
    brand.accent_dark = parse_colour("#7fd6b8");
    CHECK(style_of(brand).dark.at("--accent") == "#7fd6b8");

    Brand square;
    square.radius = 0;
    const Style style = style_of(square);
    CHECK(
        style.light ==
        std::map<std::string, std::string>{{"--radius", "0px"}, {"--card-radius", "0px"}}
    );
    CHECK(style.dark.empty());
}

TEST_CASE("A picture is told by its content") {
    using namespace std::string_literals;
    const std::vector<std::string> svg{
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg>",
        "  \n<svg\n>",
    };
    for (const std::string& content : svg) {
        CAPTURE(content);
        const auto picture = parse_picture(content);
        REQUIRE(picture.has_value());
        CHECK(picture->type == PictureType::svg);
        CHECK(picture->content == content);
    }
    const auto png = parse_picture("\x89PNG\r\n\x1a\n\0\0"s);
    REQUIRE(png.has_value());
    CHECK(png->type == PictureType::png);
    for (const std::string& content :
         {""s,
          "<svg"s,
          "<svgx>"s,
          "<html><svg/></html>"s,
          "<!-- <svg>"s,
          "<?xml"s,
          "GIF89a"s,
          "\x89PNG"s}) {
        CAPTURE(content);
        CHECK(parse_picture(content) == std::nullopt);
    }
}

TEST_CASE("Browsers fetch the brand's files once: a name and a tag that follow the content") {
    Brand brand;
    brand.radius = 8;
    brand.logo = parse_picture("<svg/>");
    brand.icon = parse_picture("\x89PNG\r\n\x1a\n");
    const auto assets = make_brand_assets(brand);
    REQUIRE(assets.logo.has_value());
    for (const auto* asset : {&assets.style, &assets.logo, &assets.icon}) {
        latchkey::http::Request request;
        request.path_parameters = {(*asset)->name};
        auto response =
            std::get<latchkey::http::Response>(latchkey::pages::get_asset(request, assets));
        CHECK(response.status == 200);
        CHECK(response.content_type == (*asset)->content_type);
        CHECK(response.body == (*asset)->content);
        request.headers.emplace_back("if-none-match", '"' + (*asset)->hash + '"');
        response = std::get<latchkey::http::Response>(latchkey::pages::get_asset(request, assets));
        CHECK(response.status == 304);
        CHECK(response.body.empty());
    }
    brand.logo = parse_picture("<svg id='2'/>");
    CHECK(make_brand_assets(brand).logo->name != assets.logo->name);
    CHECK(make_brand_assets(brand).style->name == assets.style->name);
}
