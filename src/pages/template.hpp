// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

/// A mustache template, read once and rendered often. What it knows of mustache:
///   {{name}} {{a.b}}         the value, escaped; nothing if there is none
///   {{#name}} … {{/name}}    if the value is true, not empty and not 0; for each item of an array;
///                            inside, names are looked up in the value (or item) first
///   {{^name}} … {{/name}}    if it is not
///   {{! words }}             nothing
/// A section tag or comment that stands alone takes its line with it. Partials and texts are
/// inlined before (template_library.hpp). There is no way to write a value unescaped.
/// Immutable, so threads may share it.
class Template {
public:
    enum class Escape : std::uint8_t { none, html };

    /// The error says what is wrong, for whoever wrote the template.
    static Result<Template, std::string> parse(std::string_view source, Escape escape);

    /// `models` are searched for names from the last to the first.
    [[nodiscard]] std::string render(std::initializer_list<const json::Value*> models) const;

    /// Names that no item of `models` has where the template asks for them, whether or not the
    /// sections around them are shown. For tests: a misspelt name would render as nothing.
    [[nodiscard]] std::vector<std::string> unknown_names(std::span<const json::Value> models) const;

private:
    struct Segment {
        enum class Kind : std::uint8_t { text, value, section, inverted, end };
        Kind kind = Kind::text;
        std::string text;               // what to write, or the name as written
        std::vector<std::string> path;  // the name, split at its dots
        std::size_t end = 0;            // of a section: the index of its end
    };

    class Parser;
    class Rendering;
    class Search;

    std::vector<Segment> segments_;
    Escape escape_ = Escape::html;
};

/// `&`, `<`, `>`, `"`, `'` and `` ` `` as character references: safe as text and inside quotes.
std::string escape_html(std::string_view text);

}  // namespace latchkey::pages
