// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/request.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// The languages that every word stands in: web/texts/<tag>.json. The first is for whom none fits.
enum class Language : std::uint8_t { en, de, es, fr, ja };

inline constexpr std::array languages{
    Language::en, Language::de, Language::es, Language::fr, Language::ja
};

/// The tag (RFC 5646): "de".
std::string_view tag_of(Language language);

/// What its readers call it: "Deutsch".
std::string_view own_name_of(Language language);

/// The language with exactly this tag.
std::optional<Language> language_with_tag(std::string_view tag);

/// The best of a list of tags, as `ui_locales` of OpenID Connect Core section 3.1.2.1 has them:
/// parted by spaces, the dearest first, each by lookup (RFC 4647 section 3.4: "de-AT" finds "de").
/// At most 32 tags are looked at. nullopt: none that we have.
std::optional<Language> language_of_locales(std::string_view ui_locales);

/// The same by an Accept-Language header (RFC 9110 section 12.5.4): by weight, then by order;
/// what has the weight 0 is not wanted. A malformed range is skipped, at most 32 are looked at.
std::optional<Language> language_of_header(std::string_view accept_language);

/// In this order: the query's `ui_locales`, the cookie of an earlier choice, Accept-Language, the
/// first language.
Language language_for(const http::Request& request);

/// What the query's `ui_locales` chose: from then on the browser's choice.
std::optional<Language> chosen_language(const http::Request& request);

/// The address of the page asked for, in that language: its path and its query, with `ui_locales`
/// of `language` in the place of any other.
std::string target_in(Language language, const http::Request& request);

}  // namespace latchkey::pages
