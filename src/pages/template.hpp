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
    static Result<Template, std::string> parse(std::string source, Escape escape);

    /// `models` are searched for names from the last to the first.
    [[nodiscard]] std::string render(std::initializer_list<const json::Value*> models) const;

    /// Names that no item of `models` has where the template asks for them, whether or not the
    /// sections around them are shown. For tests: a misspelt name would render as nothing.
    [[nodiscard]] std::vector<std::string> unknown_names(std::span<const json::Value> models) const;

private:
    /// A piece of the source: what to write, or a name as written.
    struct Segment {
        enum class Kind : std::uint8_t { text, value, section, inverted, end };
        Kind kind = Kind::text;
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
        std::uint32_t end = 0;  // of a section: the index of its end

        [[nodiscard]] bool has_name() const { return kind != Kind::text && kind != Kind::end; }
    };

    class Parser;
    class Rendering;
    class Search;

    [[nodiscard]] std::string_view text_of(const Segment& segment) const;

    std::string source_;
    std::vector<Segment> segments_;
    Escape escape_ = Escape::html;
};

/// `&`, `<`, `>`, `"`, `'` and `` ` `` as character references: safe as text and inside quotes.
std::string escape_html(std::string_view text);

}  // namespace latchkey::pages
