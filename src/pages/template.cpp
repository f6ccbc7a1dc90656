// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/template.hpp"

#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::size_t depth_max = 16;          // of nested sections: ours need five
constexpr std::size_t source_max = 1U << 20U;  // bytes, with all that was put in place

using Contexts = std::vector<const json::Value*>;

/// The value of a dotted name: its first part in the innermost context that has it.
const json::Value* look_up(const Contexts& contexts, std::string_view name) {
    const auto take_part = [&name] {
        const auto dot = std::min(name.find('.'), name.size());
        const std::string_view part = name.substr(0, dot);
        name.remove_prefix(std::min(dot + 1, name.size()));
        return part;
    };
    const std::string_view first = take_part();
    for (const json::Value* context : std::views::reverse(contexts)) {
        const json::Value* value = context->find(first);
        if (value == nullptr) continue;
        while (value != nullptr && !name.empty()) {
            value = value->find(take_part());
        }
        return value;
    }
    return nullptr;
}

bool is_shown(const json::Value* value) {
    if (value == nullptr || value->is_null()) return false;
    if (const bool* flag = value->as_bool()) return *flag;
    if (const std::string* text = value->as_string()) return !text->empty();
    if (const json::Array* items = value->as_array()) return !items->empty();
    if (const std::int64_t* number = value->as_integer()) return *number != 0;
    return true;
}

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view special = "&<>\"'`";
    for (;;) {
        const auto next = text.find_first_of(special);
        out += text.substr(0, next);
        if (next == std::string_view::npos) return;
        switch (text[next]) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += "&#96;";
                break;
        }
        text.remove_prefix(next + 1);
    }
}

bool is_name(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, fits);
}

}  // namespace

class Template::Parser {
public:
    explicit Parser(Template& result) : source_(result.source_), result_(result) {}

    /// Empty, or what is wrong.
    std::string run() {
        while (position_ < source_.size()) {
            const auto open = source_.find("{{", position_);
            if (open == std::string_view::npos) break;
            const auto close = source_.find("}}", open);
            if (close == std::string_view::npos) return "a tag is not closed";
            if (auto wrong = tag(open, close); !wrong.empty()) return wrong;
        }
        add(Segment::Kind::text, source_.substr(position_));
        if (!open_.empty()) return "{{#" + std::string(innermost()) + "}} is not closed";
        return {};
    }

private:
    static Segment::Kind kind_of(char sigil) {
        if (sigil == '#') return Segment::Kind::section;
        return sigil == '^' ? Segment::Kind::inverted : Segment::Kind::value;
    }

    enum class Line : std::uint8_t { of_text, of_the_tag };  // if nothing else stands on it

    std::string tag(std::size_t open, std::size_t close) {
        const auto inside = source_.substr(open + 2, close - open - 2);
        if (inside.empty()) return "there is an empty tag";
        const char sigil = inside.front();
        if (sigil == '{' || sigil == '&' || sigil == '=' || sigil == '>') {
            return "{{" + std::string(inside) + "}}: this kind of tag is not known here";
        }
        const bool has_sigil = sigil == '#' || sigil == '^' || sigil == '/' || sigil == '!';
        add_text_before(open, close + 2, has_sigil ? Line::of_the_tag : Line::of_text);
        if (sigil == '!') return {};

        const auto name = inside.substr(has_sigil ? 1 : 0);
        if (!is_name(name)) return "{{" + std::string(inside) + "}}: this is no name";
        if (sigil == '/') return end(name);
        if (has_sigil && open_.size() == depth_max) return "sections are nested too deeply";
        if (has_sigil) open_.push_back(result_.segments_.size());
        add(kind_of(sigil), name);
        return {};
    }

    std::string end(std::string_view name) {
        if (open_.empty() || innermost() != name) {
            return "{{/" + std::string(name) + "}} closes nothing that is open there";
        }
        const auto here = static_cast<std::uint32_t>(result_.segments_.size());
        result_.segments_[open_.back()].end = here;
        open_.pop_back();
        result_.segments_.push_back({.kind = Segment::Kind::end});
        return {};
    }

    /// Adds what stands between the last tag and this one, and moves behind this one; without the
    /// rest of the line if it is the tag's and nothing else stands there.
    void add_text_before(std::size_t open, std::size_t behind, Line line) {
        auto before = source_.substr(position_, open - position_);
        position_ = behind;
        if (line == Line::of_the_tag) {
            const auto start = source_.substr(0, open).find_last_of('\n') + 1;  // npos + 1 is 0
            const auto rest = source_.find_first_not_of(" \t", behind);
            const bool ends_line = rest == std::string_view::npos || source_[rest] == '\n';
            const auto indent = source_.substr(start, open - start);
            if (ends_line && indent.find_first_not_of(" \t") == std::string_view::npos) {
                before.remove_suffix(std::min(indent.size(), before.size()));
                position_ = rest == std::string_view::npos ? source_.size() : rest + 1;
            }
        }
        add(Segment::Kind::text, before);
    }

    void add(Segment::Kind kind, std::string_view piece) {
        if (piece.empty()) return;
        result_.segments_.push_back({
            .kind = kind,
            .begin = static_cast<std::uint32_t>(piece.data() - source_.data()),
            .size = static_cast<std::uint32_t>(piece.size()),
        });
    }

    /// The name of the section that is open here.
    [[nodiscard]] std::string_view innermost() const {
        return result_.text_of(result_.segments_[open_.back()]);
    }

    std::string_view source_;
    Template& result_;
    std::size_t position_ = 0;
    std::vector<std::size_t> open_;  // indices of the sections around
};

Result<Template, std::string> Template::parse(std::string source, Escape escape) {
    if (source.size() > source_max) return Fail{std::string("it is too long")};
    Template result;
    result.escape_ = escape;
    result.source_ = std::move(source);
    if (auto wrong = Parser(result).run(); !wrong.empty()) return Fail{std::move(wrong)};
    // Both stay as long as the program runs.
    result.source_.shrink_to_fit();
    result.segments_.shrink_to_fit();
    return result;
}

std::string_view Template::text_of(const Segment& segment) const {
    return std::string_view(source_).substr(segment.begin, segment.size);
}

class Template::Rendering {
public:
    Rendering(const Template& source, Contexts contexts)
        : source_(source), contexts_(std::move(contexts)) {
        out_.reserve(8'192);  // most pages fit
    }

    std::string run() {
        range(0, source_.segments_.size());
        return std::move(out_);
    }

private:
    void range(std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const Segment& segment = source_.segments_[i];
            switch (segment.kind) {
                case Segment::Kind::text:
                    out_ += source_.text_of(segment);
                    break;
                case Segment::Kind::value:
                    value(look_up(contexts_, source_.text_of(segment)));
                    break;
                case Segment::Kind::section:
                    section(look_up(contexts_, source_.text_of(segment)), i + 1, segment.end);
                    i = segment.end;
                    break;
                case Segment::Kind::inverted:
                    if (!is_shown(look_up(contexts_, source_.text_of(segment)))) {
                        range(i + 1, segment.end);
                    }
                    i = segment.end;
                    break;
                case Segment::Kind::end:
                    break;
            }
        }
    }

    void section(const json::Value* value, std::size_t begin, std::size_t end) {
        if (!is_shown(value)) return;
        if (const json::Array* items = value->as_array()) {
            for (const json::Value& item : *items) {
                inside(item, begin, end);
            }
        } else {
            inside(*value, begin, end);
        }
    }

    void inside(const json::Value& context, std::size_t begin, std::size_t end) {
        contexts_.push_back(&context);
        range(begin, end);
        contexts_.pop_back();
    }

    void value(const json::Value* value) {
        if (value == nullptr || value->is_null()) return;
        const std::string* text = value->as_string();
        const std::string written = text != nullptr ? std::string{} : json::write(*value);
        const std::string_view shown = text != nullptr ? *text : written;
        if (source_.escape_ == Escape::html) {
            append_escaped(out_, shown);
        } else {
            out_ += shown;
        }
    }

    const Template& source_;
    Contexts contexts_;
    std::string out_;
};

std::string Template::render(std::initializer_list<const json::Value*> models) const {
    return Rendering(*this, Contexts(models)).run();
}

/// Walks every branch of the template with one model and ticks off the names that it finds.
class Template::Search {
public:
    Search(const Template& source, std::vector<bool>& found) : source_(source), found_(found) {}

    void run(const json::Value& model) {
        contexts_ = {&model};
        range(0, source_.segments_.size());
    }

private:
    void range(std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const Segment& segment = source_.segments_[i];
            if (!segment.has_name()) continue;
            const json::Value* value = look_up(contexts_, source_.text_of(segment));
            if (value != nullptr) found_[i] = true;
            if (segment.kind == Segment::Kind::value) continue;
            const bool enters = segment.kind == Segment::Kind::section && value != nullptr;
            const json::Array* items = enters ? value->as_array() : nullptr;
            if (items != nullptr) {
                for (const json::Value& item : *items) {
                    inside(item, i + 1, segment.end);
                }
            } else if (enters) {
                inside(*value, i + 1, segment.end);
            } else {
                range(i + 1, segment.end);
            }
            i = segment.end;
        }
    }

    void inside(const json::Value& context, std::size_t begin, std::size_t end) {
        contexts_.push_back(&context);
        range(begin, end);
        contexts_.pop_back();
    }

    const Template& source_;
    std::vector<bool>& found_;
    Contexts contexts_;
};

std::vector<std::string> Template::unknown_names(std::span<const json::Value> models) const {
    std::vector<bool> found(segments_.size(), false);
    for (const json::Value& model : models) {
        Search(*this, found).run(model);
    }
    std::vector<std::string> unknown;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        if (segments_[i].has_name() && !found[i]) unknown.emplace_back(text_of(segments_[i]));
    }
    return unknown;
}

std::string escape_html(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

}  // namespace latchkey::pages
