// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/email_address.hpp"
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/files.hpp"
#include "app/origin.hpp"
#include "pages/brand.hpp"
#include "pages/contrast.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

/// The section [brand]: how its values are read, and whether people can see what they make.
namespace latchkey::app {
namespace {

using values::set_path;
using values::set_text;

constexpr unsigned radius_limit = 24;  // half of a control's height

bool is_https_link(std::string_view text) {
    constexpr std::string_view scheme = "https://";
    return text.starts_with(scheme) && text.size() > scheme.size();
}

std::optional<Wrong> set_link(std::string& target, const Given& given) {
    const std::string& text = given.values.front();
    if (!is_https_link(text)) {
        return Wrong{fmt::format("is \"{}\"", text), "use a link that begins https://"};
    }
    return set_text(target, given, values::path_limit);
}

std::optional<Wrong> set_colour(std::optional<pages::Colour>& target, const Given& given) {
    target = pages::parse_colour(given.values.front());
    if (target) return std::nullopt;
    return Wrong{
        fmt::format("is \"{}\"", given.values.front()), "write the colour as #rrggbb, like #2044b3"
    };
}

std::optional<Wrong> brand_name(Config& config, const Given& given) {
    return set_text(config.brand.name, given, values::name_limit);
}

std::optional<Wrong> brand_support(Config& config, const Given& given) {
    const std::string& text = given.values.front();
    if (!is_https_link(text) && !accounts::EmailAddress::parse(text)) {
        return Wrong{
            fmt::format("is \"{}\"", text), "use an e-mail address or a link that begins https://"
        };
    }
    return set_text(config.brand.support, given, values::path_limit);
}

std::optional<Wrong> brand_privacy(Config& config, const Given& given) {
    return set_link(config.brand.privacy, given);
}

std::optional<Wrong> brand_terms(Config& config, const Given& given) {
    return set_link(config.brand.terms, given);
}

std::optional<Wrong> brand_logo(Config& config, const Given& given) {
    return set_path(config.brand_files.logo, given);
}

std::optional<Wrong> brand_icon(Config& config, const Given& given) {
    return set_path(config.brand_files.icon, given);
}

std::optional<Wrong> brand_accent(Config& config, const Given& given) {
    return set_colour(config.brand.accent, given);
}

std::optional<Wrong> brand_accent_dark(Config& config, const Given& given) {
    return set_colour(config.brand.accent_dark, given);
}

std::optional<Wrong> brand_radius(Config& config, const Given& given) {
    const std::string& text = given.values.front();
    unsigned radius = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), radius);
    if (error != std::errc() || end != text.data() + text.size() || radius > radius_limit) {
        return Wrong{
            fmt::format("is {}", text), fmt::format("use a whole number from 0 to {}", radius_limit)
        };
    }
    config.brand.radius = radius;
    return std::nullopt;
}

constexpr std::array table{
    Key{.name = "brand.name",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the RP ID",
        .example = R"("Example")",
        .meaning =
            "The name of your service as pages, mails and passkey dialogs show it; at most 64 "
            "bytes.",
        .apply = brand_name},
    Key{.name = "brand.support",
        .kind = ValueKind::text,
        .standard = "",
        .without = "Help shows no contact",
        .example = R"("support@example.com")",
        .meaning =
            "Whom people can ask: an e-mail address or an https link, shown in Help and mails.",
        .apply = brand_support},
    Key{.name = "brand.privacy",
        .kind = ValueKind::text,
        .standard = "",
        .without = "no link",
        .example = R"("https://www.example.com/privacy")",
        .meaning = "Your privacy notice: an https link at the foot of each page.",
        .apply = brand_privacy},
    Key{.name = "brand.terms",
        .kind = ValueKind::text,
        .standard = "",
        .without = "no link",
        .example = R"("https://www.example.com/terms")",
        .meaning = "Your terms of use: an https link at the foot of each page.",
        .apply = brand_terms},
    Key{.name = "brand.logo",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the name in words",
        .example = R"("/etc/latchkey/logo.svg")",
        .meaning =
            "The picture at the head of each page: an SVG or PNG file of at most 128 KiB, shown 32 "
            "pixels high. It must be seen on a light and on a dark ground.",
        .apply = brand_logo},
    Key{.name = "brand.icon",
        .kind = ValueKind::text,
        .standard = "",
        .without = "a key",
        .example = R"("/etc/latchkey/icon.svg")",
        .meaning = "The picture on the browser's tab: a square SVG or PNG file of at most 128 KiB.",
        .apply = brand_icon},
    Key{.name = "brand.accent",
        .kind = ValueKind::text,
        .standard = "",
        .without = "a blue",
        .example = R"("#0b6e4f")",
        .meaning =
            "The colour of the main action as #rrggbb. Latchkey does not start if its contrast to "
            "the pages is below 3:1 (WCAG 2.2, 1.4.11). The label on it is white or black, and "
            "links are as much darker as text must be.",
        .apply = brand_accent},
    Key{.name = "brand.accent_dark",
        .kind = ValueKind::text,
        .standard = "",
        .without = "made from `brand.accent`",
        .example = R"("#7fd6b8")",
        .meaning = "The same for people who prefer dark pages.",
        .apply = brand_accent_dark},
    Key{.name = "brand.radius",
        .kind = ValueKind::number,
        .standard = "",
        .without = "12",
        .example = "8",
        .meaning = "How round the corners of controls are, in CSS pixels from 0 to 24.",
        .apply = brand_radius},
};

constexpr std::size_t picture_limit = 131'072;  // bytes: it is sent with the first page

std::optional<Wrong> load(std::optional<pages::Picture>& target, const std::string& path) {
    if (path.empty()) return std::nullopt;
    const auto content = read_file(path, picture_limit, Readers::anyone);
    if (!content) return content.error();
    target = pages::parse_picture(std::string(content->reveal()));
    if (target) return std::nullopt;
    return Wrong{
        fmt::format("names {}, which is neither an SVG nor a PNG", path),
        "export the picture as one of the two"
    };
}

/// The main action must be told from the page (WCAG 2.2 SC 1.4.11).
std::optional<Wrong> check_colour(
    pages::Colour colour, pages::Colour end, std::span<const pages::Colour> grounds
) {
    const double found = pages::least_contrast(colour, grounds);
    if (found >= pages::control_contrast) return std::nullopt;
    const auto better = pages::with_contrast(colour, end, grounds, pages::control_contrast);
    return Wrong{
        fmt::format(
            "is {}, which has a contrast of {:.1f}:1 to the pages; people need {:.0f}:1",
            pages::to_css(colour),
            found,
            pages::control_contrast
        ),
        fmt::format("use {}, or another that is as far from the page", pages::to_css(better))
    };
}

}  // namespace

std::span<const Key> brand_keys() {
    return table;
}

void check_brand(Config& config, std::vector<Problem>& problems) {
    const auto note = [&](const char* key, std::optional<Wrong> wrong) {
        if (wrong) problems.push_back({key, *std::move(wrong)});
    };
    pages::Brand& brand = config.brand;
    note("brand.logo", load(brand.logo, config.brand_files.logo));
    note("brand.icon", load(brand.icon, config.brand_files.icon));
    if (brand.accent) {
        note("brand.accent", check_colour(*brand.accent, pages::black, pages::light_grounds));
    }
    if (!brand.accent_dark) return;
    note("brand.accent_dark", check_colour(*brand.accent_dark, pages::white, pages::dark_grounds));
    if (!brand.accent) {
        note(
            "brand.accent_dark",
            Wrong{"has no effect without brand.accent", "set brand.accent, or remove it"}
        );
    }
}

}  // namespace latchkey::app
