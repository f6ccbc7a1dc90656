// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/language.hpp"

#include "base/encoding.hpp"
#include "http/request.hpp"
#include "http/text.hpp"
#include "pages/cookies.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

struct Row {
    std::string_view tag;
    std::string_view own_name;
};

/// By the value of Language.
constexpr std::array<Row, languages.size()> rows{{
    {"en", "English"},
    {"de", "Deutsch"},
    {"es", "Español"},
    {"fr", "Français"},
    {"ja", "日本語"},
}};

constexpr std::size_t tags_max = 32;
constexpr std::string_view query_name = "ui_locales";

const Row& row_of(Language language) {
    return rows.at(static_cast<std::size_t>(language));
}

/// RFC 4647 section 3.4 with our tags, which are one subtag long: all but the first falls away.
std::optional<Language> look_up(std::string_view range) {
    const std::string_view primary = range.substr(0, range.find('-'));
    const auto* found = std::ranges::find_if(languages, [primary](Language language) {
        return http::equals_ignoring_case(primary, tag_of(language));
    });
    return found == languages.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::string_view tag_of(Language language) {
    return row_of(language).tag;
}

std::string_view own_name_of(Language language) {
    return row_of(language).own_name;
}

std::optional<Language> language_with_tag(std::string_view tag) {
    const auto* found = std::ranges::find(languages, tag, tag_of);
    return found == languages.end() ? std::nullopt : std::optional(*found);
}

std::optional<Language> language_of_locales(std::string_view ui_locales) {
    for (std::size_t i = 0; i < tags_max && !ui_locales.empty(); ++i) {
        if (const auto found = look_up(http::take_until(ui_locales, ' '))) return found;
    }
    return std::nullopt;
}

std::optional<Language> language_of_header(std::string_view accept_language) {
    std::optional<Language> best;
    int best_weight = 0;
    for (std::size_t i = 0; i < tags_max && !accept_language.empty(); ++i) {
        std::string_view item = http::take_until(accept_language, ',');
        const auto weight = http::take_weight(item);
        const auto language = look_up(item);
        if (!weight || !language || *weight <= best_weight) continue;
        best = language;
        best_weight = *weight;
    }
    return best;
}

Language language_for(const http::Request& request) {
    if (const auto chosen = chosen_language(request)) return *chosen;
    if (const std::string* cookie = request.cookie(cookie_names::language)) {
        if (const auto remembered = language_with_tag(*cookie)) return *remembered;
    }
    const std::string* header = request.header("accept-language");
    if (header == nullptr) return languages.front();
    return language_of_header(*header).value_or(languages.front());
}

std::optional<Language> chosen_language(const http::Request& request) {
    return language_of_locales(request.query.get(query_name));
}

std::string target_in(Language language, const http::Request& request) {
    std::string_view asked = request.target;
    std::string target(http::take_until(asked, '?'));
    target += '?';
    for (const auto& [name, value] : request.query.fields()) {
        if (name == query_name) continue;
        target.append(percent_encode(name)).append("=").append(percent_encode(value)).append("&");
    }
    return target.append(query_name).append("=").append(tag_of(language));
}

}  // namespace latchkey::pages
