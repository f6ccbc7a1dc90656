// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/yaml.hpp"

#include "base/json.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using Read = Result<json::Value, YamlError>;

struct Line {
    std::size_t number = 0;
    std::size_t indent = 0;
    std::string_view text;  // without its indent
};

/// Whether a flow value stands inside another: then a comma or bracket ends a plain scalar.
enum class Place : std::uint8_t { outermost, inside };

json::Value resolve_plain(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "null") return nullptr;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    return text;
}

/// Where a mapping's key ends: at a colon that a space or the end follows. npos: no key.
std::size_t key_end(std::string_view text) {
    std::size_t at = 0;
    if (text.starts_with('\'')) {
        at = text.find('\'', 1);
        if (at == std::string_view::npos) return at;
    }
    for (; at < text.size(); ++at) {
        if (text[at] == ':' && (at + 1 == text.size() || text[at + 1] == ' ')) return at;
    }
    return std::string_view::npos;
}

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

class Reader {
public:
    explicit Reader(std::vector<Line> lines) : lines_(std::move(lines)) {}

    Read document() {
        if (lines_.empty()) return Fail{YamlError{.line = 1, .what = "nothing here"}};
        json::Value value = TRY(block());
        if (at_ != lines_.size()) return wrong("not part of what stands before");
        return value;
    }

private:
    /// The mapping or sequence that starts in this line.
    Read block() {
        const std::string_view text = lines_[at_].text;
        if (text == "-" || text.starts_with("- ")) return sequence(lines_[at_].indent);
        if (key_end(text) != std::string_view::npos) return mapping(lines_[at_].indent);
        return wrong("neither a key nor an entry");
    }

    Read mapping(std::size_t indent) {
        json::Object members;
        while (at_ < lines_.size() && lines_[at_].indent == indent) {
            const std::string_view text = lines_[at_].text;
            const std::size_t end = key_end(text);
            if (end == std::string_view::npos) return wrong("no key");
            const json::Value key = TRY(scalar(text.substr(0, end)));
            const std::string name(
                key.as_string() != nullptr ? std::string_view(*key.as_string())
                                           : text.substr(0, end)
            );
            for (const auto& [known, value] : members) {
                if (known == name) return wrong("the key " + name + " stands twice");
            }
            json::Value value = TRY(value_of(trim(text.substr(end + 1)), indent));
            members.emplace_back(name, std::move(value));
        }
        if (at_ < lines_.size() && lines_[at_].indent > indent) return wrong("indented too far");
        return json::Value(std::move(members));
    }

    Read sequence(std::size_t indent) {
        json::Array entries;
        while (at_ < lines_.size() && lines_[at_].indent == indent &&
               lines_[at_].text.starts_with("- ")) {
            const std::string_view rest = trim(lines_[at_].text.substr(2));
            const bool is_flow = rest.starts_with('{') || rest.starts_with('[');
            if (!is_flow && key_end(rest) != std::string_view::npos) {
                // "- key: value" is a mapping whose keys stand two columns further.
                lines_[at_].indent += 2;
                lines_[at_].text = rest;
                entries.push_back(TRY(mapping(indent + 2)));
            } else {
                entries.push_back(TRY(value_of(rest, indent)));
            }
        }
        return json::Value(std::move(entries));
    }

    /// What follows a key or a dash: on the same line, or indented on the next ones.
    Read value_of(std::string_view text, std::size_t indent) {
        if (text == ">-") return folded(indent);
        if (!text.empty()) {
            json::Value value = TRY(inline_value(text));
            ++at_;
            return value;
        }
        ++at_;
        if (at_ == lines_.size() || lines_[at_].indent <= indent) {
            --at_;
            return wrong("a key without a value");
        }
        return block();
    }

    Read folded(std::size_t indent) {
        std::string text;
        for (++at_; at_ < lines_.size() && lines_[at_].indent > indent; ++at_) {
            if (!text.empty()) text += ' ';
            text += lines_[at_].text;
        }
        return json::Value(std::move(text));
    }

    Read inline_value(std::string_view text) {
        std::string_view rest = whole_flow(text);
        json::Value value = TRY(flow(rest, Place::outermost));
        if (!trim(rest).empty()) return wrong("something follows the value");
        return value;
    }

    /// A flow sequence may go on in the next lines, until its bracket closes.
    std::string_view whole_flow(std::string_view text) {
        if (!text.starts_with('[') || text.find(']') != std::string_view::npos) return text;
        std::string& whole = joined_.emplace_back(text);
        while (at_ + 1 < lines_.size() && whole.find(']') == std::string::npos) {
            whole += ' ';
            whole += lines_[++at_].text;
        }
        return whole;
    }

    /// A flow value at the start of `rest`, which moves behind it.
    Read flow(std::string_view& rest, Place place) {
        if (rest.starts_with('[')) return flow_sequence(rest);
        if (rest.starts_with('{')) return flow_mapping(rest);
        std::size_t end = rest.size();
        if (rest.starts_with('\'')) {
            end = 1;
            while (end < rest.size() &&
                   (rest[end] != '\'' || (end + 1 != rest.size() && rest[end + 1] == '\''))) {
                end += rest[end] == '\'' ? 2 : 1;
            }
            if (end >= rest.size()) return wrong("a quote that does not end");
            ++end;
        } else if (place == Place::inside) {
            end = std::min(rest.find_first_of(",]}"), rest.size());
        }
        json::Value value = TRY(scalar(trim(rest.substr(0, end))));
        rest.remove_prefix(end);
        return value;
    }

    Read flow_sequence(std::string_view& rest) {
        json::Array entries;
        rest = trim(rest.substr(1));
        while (!rest.starts_with(']')) {
            entries.push_back(TRY(flow(rest, Place::inside)));
            if (!next_in_flow(rest, ']')) return wrong("a flow sequence needs , or ]");
        }
        rest.remove_prefix(1);
        return json::Value(std::move(entries));
    }

    Read flow_mapping(std::string_view& rest) {
        json::Value members = json::object({});
        rest = trim(rest.substr(1));
        while (!rest.starts_with('}')) {
            const std::size_t end = key_end(rest);
            if (end == std::string_view::npos) return wrong("a flow mapping needs keys");
            const std::string key(trim(rest.substr(0, end)));
            if (members.find(key) != nullptr) return wrong("the key " + key + " stands twice");
            rest = trim(rest.substr(end + 1));
            members.set(key, TRY(flow(rest, Place::inside)));
            if (!next_in_flow(rest, '}')) return wrong("a flow mapping needs , or }");
        }
        rest.remove_prefix(1);
        return members;
    }

    static bool next_in_flow(std::string_view& rest, char closing) {
        rest = trim(rest);
        if (rest.starts_with(closing)) return true;
        if (!rest.starts_with(',')) return false;
        rest = trim(rest.substr(1));
        return true;
    }

    Read scalar(std::string_view text) {
        if (text.starts_with('\'')) {
            std::string value;
            for (std::size_t at = 1; at + 1 < text.size(); ++at) {
                value += text[at];
                if (text[at] == '\'') ++at;
            }
            return json::Value(std::move(value));
        }
        const bool is_reserved =
            text.empty() || std::string_view("\"&*!|>%@`?,]}").find(text[0]) != std::string::npos;
        if (is_reserved || text.find(": ") != std::string_view::npos ||
            text.find(" #") != std::string_view::npos) {
            return wrong("outside of the YAML that is read here: quote it with '");
        }
        return resolve_plain(text);
    }

    [[nodiscard]] Fail<YamlError> wrong(std::string what) const {
        const std::size_t line = at_ < lines_.size() ? lines_[at_].number : lines_.back().number;
        return Fail{YamlError{.line = line, .what = std::move(what)}};
    }

    std::vector<Line> lines_;
    std::size_t at_ = 0;
    std::deque<std::string> joined_;  // what lines_ does not hold in one piece
};

}  // namespace

Result<json::Value, YamlError> read_yaml(std::string_view text) {
    std::vector<Line> lines;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.find('\t') != std::string_view::npos ||
            line.find('\r') != std::string_view::npos) {
            return Fail{YamlError{.line = number, .what = "a tab or carriage return"}};
        }
        const std::size_t indent = line.find_first_not_of(' ');
        if (indent == std::string_view::npos || line[indent] == '#') continue;
        lines.push_back({.number = number, .indent = indent, .text = trim(line)});
    }
    return Reader(std::move(lines)).document();
}

}  // namespace latchkey::test
