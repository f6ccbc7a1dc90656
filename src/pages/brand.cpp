// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/brand.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "pages/contrast.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

/// What makes one scheme's colours out of an accent.
struct Scheme {
    std::span<const Colour> grounds;
    Colour away;  // from the grounds: black where they are light
};

constexpr Scheme light{light_grounds, black};
constexpr Scheme dark{dark_grounds, white};

std::string property(std::string_view name, std::string_view value) {
    return std::string(name) + ":" + std::string(value) + ";";
}

/// The action itself is as the operator set it; its label is white or black, and links, which are
/// text, go so far from their ground as text must.
std::string properties_of(Colour accent, const Scheme& scheme) {
    constexpr double label_contrast = 4.5;  // WCAG 2.2 SC 1.4.3; one of the two always has it
    constexpr double hover_share = 0.2;
    const Colour label = contrast(white, accent) >= label_contrast ? white : black;
    const Colour hover = mixed(accent, label == white ? black : white, hover_share);
    const Colour link = with_contrast(accent, scheme.away, scheme.grounds, text_contrast);
    return property("--accent", to_css(accent)) + property("--accent-hover", to_css(hover)) +
           property("--on-accent", to_css(label)) + property("--link", to_css(link)) +
           property("--link-hover", to_css(mixed(link, scheme.away, hover_share)));
}

std::string style_of(const Brand& brand) {
    std::string style;
    std::string always;
    if (brand.radius) {
        constexpr unsigned card_share = 8;  // a card is rounder than the controls in it
        const unsigned card = *brand.radius == 0 ? 0 : *brand.radius + card_share;
        always += property("--radius", std::to_string(*brand.radius) + "px") +
                  property("--card-radius", std::to_string(card) + "px");
    }
    if (brand.accent) always += properties_of(*brand.accent, light);
    if (!always.empty()) style += ":root{" + always + "}\n";
    if (brand.accent) {
        const Colour accent = brand.accent_dark.value_or(
            with_contrast(*brand.accent, dark.away, dark.grounds, text_contrast)
        );
        style += "@media (prefers-color-scheme:dark){:root{" + properties_of(accent, dark) + "}}\n";
    }
    return style;
}

BrandAsset asset(std::string content, std::string_view ending, std::string_view content_type) {
    constexpr std::size_t hash_size = 16;
    const std::string hash = hex_encode(crypto::sha256(bytes_of(content))).substr(0, hash_size);
    return {
        .name = "brand-" + hash + std::string(ending),
        .content_type = content_type,
        .hash = hash,
        .content = std::move(content),
    };
}

BrandAsset asset(const Picture& picture) {
    return picture.type == PictureType::png ? asset(picture.content, ".png", "image/png")
                                            : asset(picture.content, ".svg", "image/svg+xml");
}

/// The content behind the XML declaration, comments and a document type.
std::string_view from_root_element(std::string_view xml) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (xml.starts_with(byte_order_mark)) xml.remove_prefix(byte_order_mark.size());
    while (true) {
        xml.remove_prefix(std::min(xml.find_first_not_of(" \t\r\n"), xml.size()));
        std::string_view end;
        if (xml.starts_with("<!--")) {
            end = "-->";
        } else if (xml.starts_with("<?") || xml.starts_with("<!")) {
            end = ">";
        } else {
            return xml;
        }
        const std::size_t at = xml.find(end);
        if (at == std::string_view::npos) return {};
        xml.remove_prefix(at + end.size());
    }
}

}  // namespace

std::optional<Picture> parse_picture(std::string content) {
    constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
    if (content.starts_with(png_signature)) return Picture{PictureType::png, std::move(content)};
    const std::string_view root = from_root_element(content);
    constexpr std::string_view svg = "<svg";
    if (!root.starts_with(svg) || root.size() == svg.size()) return std::nullopt;
    constexpr std::string_view ends_a_name = " \t\r\n>/";
    if (ends_a_name.find(root[svg.size()]) == std::string_view::npos) return std::nullopt;
    return Picture{PictureType::svg, std::move(content)};
}

const BrandAsset* BrandAssets::find(std::string_view name) const {
    for (const auto* each : {&style, &logo, &icon}) {
        if (each->has_value() && (*each)->name == name) return &**each;
    }
    return nullptr;
}

BrandAssets make_brand_assets(const Brand& brand) {
    BrandAssets assets;
    if (std::string style = style_of(brand); !style.empty()) {
        assets.style = asset(std::move(style), ".css", "text/css; charset=utf-8");
    }
    if (brand.logo) assets.logo = asset(*brand.logo);
    if (brand.icon) assets.icon = asset(*brand.icon);
    return assets;
}

}  // namespace latchkey::pages
