// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/template_library.hpp"

#include "base/json.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "pages/template.hpp"

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

constexpr int partial_depth_max = 4;  // a partial that holds itself is found by this
constexpr std::string_view suffix = ".mustache";

using Texts = std::map<std::string, std::string, std::less<>>;
using Error = std::string;

Result<Texts, Error> read_texts(std::string_view name, const std::string& content) {
    const auto parsed = json::parse(content, {.bytes = 1U << 20U, .depth = 2, .values = 10'000});
    const json::Object* members = parsed ? parsed->as_object() : nullptr;
    if (members == nullptr) return Fail{std::string(name) + " is not a JSON object"};
    Texts texts;
    for (const auto& [key, value] : *members) {
        const std::string* text = value.as_string();
        if (text == nullptr || text->empty()) {
            return Fail{std::string(name) + ": " + key + " is not a text"};
        }
        texts.emplace(key, *text);
    }
    return texts;
}

class Loader {
public:
    Loader(const SourceFiles& files, Texts texts) : files_(files), texts_(std::move(texts)) {}

    Result<TemplateLibrary, Error> run() {
        TemplateLibrary library;
        for (const auto& [path, content] : files_) {
            const auto slash = path.find('/');
            const std::string folder = path.substr(0, slash + 1);
            std::string name = path.substr(slash + 1);
            if (!name.ends_with(suffix) || name.starts_with('_')) continue;
            name.resize(name.size() - suffix.size());
            if (folder == "templates/") {
                library.pages.emplace(name, TRY(load(path, Template::Escape::html)));
            } else if (name.ends_with(".subject")) {
                name.resize(name.size() - std::string_view(".subject").size());
                library.mails.emplace(name, TRY(load_mail(folder + name)));
            }
        }
        library.answers = TRY(load_texts("answer."));
        library.words = TRY(load_texts("words."));
        TRY(check_all_used());
        return library;
    }

private:
    /// The texts whose keys begin so, by the rest of the key.
    Result<std::map<std::string, Template, std::less<>>, Error> load_texts(std::string_view prefix
    ) {
        std::map<std::string, Template, std::less<>> read;
        for (const auto& [key, text] : texts_) {
            if (!key.starts_with(prefix)) continue;
            auto one =
                Template::parse(TRY(text_for(key, Template::Escape::none)), Template::Escape::none);
            if (!one) return Fail{key + ": " + one.error()};
            read.emplace(key.substr(prefix.size()), std::move(one).value());
        }
        return read;
    }

    Result<MailTemplate, Error> load_mail(const std::string& stem) {
        MailTemplate mail;
        mail.subject = TRY(load(stem + ".subject.mustache", Template::Escape::none));
        mail.text = TRY(load(stem + ".text.mustache", Template::Escape::none));
        mail.html = TRY(load(stem + ".html.mustache", Template::Escape::html));
        return mail;
    }

    Result<Template, Error> load(const std::string& path, Template::Escape escape) {
        auto read = Template::parse(TRY(expand(path, escape, 0)), escape);
        if (!read) return Fail{path + ": " + read.error()};
        return read;
    }

    /// The file with everything put in place.
    Result<std::string, Error> expand(const std::string& path, Template::Escape escape, int depth) {
        const auto file = files_.find(path);
        if (file == files_.end()) return Fail{path + " is missing"};
        if (depth > partial_depth_max) return Fail{path + ": partials are nested too deeply"};
        used_files_.insert(path);

        std::string out;
        std::string_view rest = file->second;
        for (;;) {
            const auto open = rest.find("{{");
            const auto close = open == std::string_view::npos ? open : rest.find("}}", open);
            if (close == std::string_view::npos) return out.append(rest);
            const auto tag = rest.substr(open + 2, close - open - 2);
            out += rest.substr(0, open);
            rest.remove_prefix(close + 2);
            if (tag.starts_with('>')) {
                const std::string folder = path.substr(0, path.find('/') + 1);
                const std::string partial =
                    folder + '_' + std::string(tag.substr(1)) + std::string(suffix);
                std::string content = TRY(expand(partial, escape, depth + 1));
                if (content.ends_with('\n')) content.pop_back();
                out += content;
            } else if (tag.starts_with("t.")) {
                auto text = text_for(std::string(tag.substr(2)), escape);
                if (!text) return Fail{path + ": " + text.error()};
                out += *text;
            } else {
                out.append("{{").append(tag).append("}}");
            }
        }
    }

    /// The text, escaped but for its tags.
    Result<std::string, Error> text_for(const std::string& key, Template::Escape escape) {
        const auto text = texts_.find(key);
        if (text == texts_.end()) return Fail{"there is no text " + key};
        used_texts_.insert(key);
        std::string out;
        std::string_view rest = text->second;
        for (;;) {
            const auto open = rest.find("{{");
            const auto close = open == std::string_view::npos ? open : rest.find("}}", open);
            const auto words = rest.substr(0, close == std::string_view::npos ? close : open);
            out += escape == Template::Escape::html ? escape_html(words) : std::string(words);
            if (close == std::string_view::npos) return out;
            const auto tag = rest.substr(open, close + 2 - open);
            if (tag.find_first_of("#^/!>&={", 2) == 2 || tag.starts_with("{{t.")) {
                return Fail{"text " + key + ": only values may stand in a text"};
            }
            out += tag;
            rest.remove_prefix(close + 2);
        }
    }

    Result<void, Error> check_all_used() const {
        for (const auto& [path, content] : files_) {
            if (path.ends_with(suffix) && !used_files_.contains(path)) {
                return Fail{path + " is not used"};
            }
        }
        for (const auto& [key, text] : texts_) {
            if (!used_texts_.contains(key)) return Fail{"text " + key + " is not used"};
        }
        return {};
    }

    const SourceFiles& files_;
    Texts texts_;
    std::set<std::string, std::less<>> used_files_;
    std::set<std::string, std::less<>> used_texts_;
};

}  // namespace

Result<TemplateLibrary, std::string> load_templates(
    const SourceFiles& files, std::string_view language
) {
    const std::string name = "texts/" + std::string(language) + ".json";
    const auto catalogue = files.find(name);
    if (catalogue == files.end()) return Fail{name + " is missing"};
    return Loader(files, TRY(read_texts(name, catalogue->second))).run();
}

}  // namespace latchkey::pages
