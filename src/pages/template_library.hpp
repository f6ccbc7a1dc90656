// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "pages/template.hpp"

#include <map>
#include <string>
#include <string_view>

namespace latchkey::pages {

/// Files of web/ by their name there: "templates/sign_in.mustache".
using SourceFiles = std::map<std::string, std::string, std::less<>>;

struct MailTemplate {
    Template subject;
    Template text;
    Template html;
};

/// All templates in one language, ready to render.
struct TemplateLibrary {
    std::map<std::string, Template, std::less<>> pages;      // "sign_in"
    std::map<std::string, MailTemplate, std::less<>> mails;  // "code"
    std::map<std::string, Template, std::less<>> answers;    // "too_many": texts/…: answer.too_many
    std::map<std::string, Template, std::less<>> words;      // "day": texts/…: words.day
};

/// Puts partials ({{>head}}: the file _head.mustache of the same folder) and texts
/// ({{t.code.label}}: that key of texts/<language>.json) in place and reads the result. Texts may
/// hold value tags, and are escaped for the HTML around them; those under `answer.` and `words.`
/// are for the code, the others must all be used. The error names the file or text that is missing,
/// unused or broken, and how.
Result<TemplateLibrary, std::string> load_templates(
    const SourceFiles& files, std::string_view language
);

}  // namespace latchkey::pages
