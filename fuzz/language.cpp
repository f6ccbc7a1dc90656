// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/language.hpp"

#include "fuzz/target.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"

#include <string>

namespace latchkey::fuzz {

/// The input is an Accept-Language header, a list of tags, and what the address says.
void run(ByteView input) {
    const std::string words(text_of(input));
    static_cast<void>(pages::language_of_locales(words));
    const auto wanted = pages::language_of_header(words);
    for (const auto language : pages::languages) {
        const std::string tag(pages::tag_of(language));
        LATCHKEY_ASSERT(pages::language_with_tag(tag) == language);
        // Nothing is heavier than 1, the first of equals wins, and 0 is no wish.
        LATCHKEY_ASSERT(pages::language_of_header(tag + "," + words) == language);
        LATCHKEY_ASSERT(pages::language_of_header(words + "," + tag + ";q=0") == wanted);
        LATCHKEY_ASSERT(pages::language_of_locales(tag + " " + words) == language);
    }

    const auto query = http::parse_form(words);
    if (!query) return;
    const http::Request request{
        .target = "/sign-in?" + words, .query = *query, .headers = {{"accept-language", words}}
    };
    const std::string* asked = query->find("ui_locales");
    const auto chosen = pages::language_of_locales(asked == nullptr ? "" : *asked);
    LATCHKEY_ASSERT(pages::chosen_language(request) == chosen);
    const auto fallback = wanted.value_or(pages::languages.front());
    LATCHKEY_ASSERT(pages::language_for(request) == chosen.value_or(fallback));
    // A link into a language leads there, if there is room for one more field.
    if (query->fields().size() == http::limits::form_fields) return;
    const std::string link = pages::target_in(pages::Language::ja, request);
    LATCHKEY_ASSERT(link.starts_with("/sign-in?") && link.ends_with("ui_locales=ja"));
    if (link.size() > http::limits::form_bytes) return;
    const auto followed = http::parse_form(link.substr(link.find('?') + 1));
    LATCHKEY_ASSERT(followed && followed->get("ui_locales") == "ja");
}

}  // namespace latchkey::fuzz
