// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_cases.hpp"
#include "latchkey/result.hpp"
#include "pages/brand.hpp"
#include "pages/contrast.hpp"
#include "support/process.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// What an operator can write in [brand].
namespace latchkey::app {
namespace {

using test::TemporaryFolder;

LoadedConfig load_brand(const TemporaryFolder& folder, std::string_view keys) {
    return load_from(folder, std::string(minimal) + "[brand]\n" + std::string(keys));
}

TEST_CASE("Logo, colours, corners and links are taken; paths begin at the file's folder") {
    const TemporaryFolder folder;
    const std::string logo = folder.write("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    REQUIRE(logo.ends_with("/logo.svg"));
    const auto loaded = load_brand(
        folder,
        "logo = \"logo.svg\"\naccent = \"#0b8457\"\naccent_dark = \"#7fd6b8\"\nradius = 0\n"
        "privacy = \"https://example.com/privacy\"\nterms = \"https://example.com/terms\"\n"
    );
    REQUIRE(loaded.has_value());
    const pages::Brand& brand = loaded->config.brand;
    REQUIRE(brand.logo.has_value());
    CHECK(brand.logo->type == pages::PictureType::svg);
    CHECK(brand.logo->content.starts_with("<svg"));
    CHECK_FALSE(brand.icon.has_value());
    CHECK(brand.accent == pages::parse_colour("#0b8457"));
    CHECK(brand.accent_dark == pages::parse_colour("#7fd6b8"));
    CHECK(brand.radius == 0);
    CHECK(brand.privacy == "https://example.com/privacy");
    CHECK(brand.terms == "https://example.com/terms");
}

TEST_CASE("Each mistake in [brand] is named, with the way out") {
    const TemporaryFolder folder;
    const std::string large = folder.write("large.png", std::string(131'073, 'x'));
    REQUIRE(large.ends_with("/large.png"));
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"privacy = \"http://x.example\"", "brand.privacy is"},
        {"terms = \"javascript:alert(1)\"", "brand.terms is"},
        {"accent = \"blue\"", "Write the colour as #rrggbb"},
        {"accent = \"#ffe600\"", "brand.accent is #ffe600, which has a contrast of 1."},
        {"accent_dark = \"#a9c2ff\"", "Set brand.accent, or remove it"},
        {"accent = \"#2044b3\"\naccent_dark = \"#2044b3\"", "brand.accent_dark is #2044b3"},
        {"radius = 25", "from 0 to 24"},
        {"radius = -1", "from 0 to 24"},
        {"logo = \"/nonexistent/logo.svg\"", "cannot read"},
        {"logo = \"large.png\"", "longer than 131072 bytes"},
        {"icon = \"latchkey.toml\"", "which is neither an SVG nor a PNG"},
    };
    for (const auto& [keys, expected] : mistakes) {
        CAPTURE(keys);
        const auto loaded = load_brand(folder, keys);
        REQUIRE_FALSE(loaded.has_value());
        REQUIRE(loaded.error().size() == 1);
        const std::string text = loaded.error().front().text();
        CAPTURE(text);
        CHECK(text.find(expected) != std::string::npos);
    }
}

TEST_CASE("The colour that a refusal names will do") {
    const TemporaryFolder folder;
    const auto refused = load_brand(folder, "accent = \"#ffe600\"");
    REQUIRE_FALSE(refused.has_value());
    const std::string text = refused.error().front().text();
    const auto at = text.rfind('#');
    REQUIRE(at != std::string::npos);
    CHECK(load_brand(folder, "accent = \"" + text.substr(at, 7) + "\"").has_value());
}

}  // namespace
}  // namespace latchkey::app
