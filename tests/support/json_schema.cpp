// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/json_schema.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {
namespace {

constexpr std::array<std::string_view, 3> notes{"description", "title", "examples"};

std::string_view type_of(const json::Value& value) {
    constexpr std::array<std::string_view, 7> names{
        "null", "boolean", "integer", "number", "string", "array", "object"
    };
    return names.at(value.data().index());
}

bool has_type(const json::Value& value, std::string_view type) {
    const std::string_view actual = type_of(value);
    return actual == type || (type == "number" && actual == "integer");
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
    }));
}

/// One value against one schema, and so on down.
class Check {
public:
    Check(const JsonSchema& schemas, std::vector<std::string>& problems)
        : schemas_(schemas), problems_(problems) {}

    void run(const json::Value& value, const json::Value& schema, const std::string& place) {
        const json::Object* keywords = schema.as_object();
        if (keywords == nullptr) return add(place, "its schema is not an object");
        for (const auto& [keyword, rule] : *keywords) {
            if (std::ranges::find(notes, keyword) != notes.end()) continue;
            const bool is_known = check_reference(keyword, rule, value, place) ||
                                  check_value(keyword, rule, value, place) ||
                                  check_size(keyword, rule, value, place) ||
                                  check_content(keyword, rule, schema, value, place) ||
                                  check_members(keyword, rule, schema, value, place);
            if (!is_known) add(place, "the keyword " + keyword + " is not known here");
        }
    }

private:
    bool check_reference(
        const std::string& keyword,
        const json::Value& rule,
        const json::Value& value,
        const std::string& place
    ) {
        if (keyword == "$ref") {
            const json::Value* target =
                rule.as_string() == nullptr ? nullptr : schemas_.resolve(*rule.as_string());
            if (target == nullptr) {
                add(place, "its $ref leads nowhere");
            } else {
                run(value, *target, place);
            }
            return true;
        }
        if (keyword != "oneOf" || rule.as_array() == nullptr) return false;
        std::size_t fitting = 0;
        std::string reasons;
        for (const json::Value& choice : *rule.as_array()) {
            const auto found = schemas_.problems(value, choice);
            if (found.empty()) ++fitting;
            for (const std::string& problem : found) {
                reasons += "\n    " + problem;
            }
        }
        if (fitting != 1) {
            add(place, "fits " + std::to_string(fitting) + " of oneOf" + reasons);
        }
        return true;
    }

    bool check_value(
        const std::string& keyword,
        const json::Value& rule,
        const json::Value& value,
        const std::string& place
    ) {
        if (keyword == "type" && rule.as_string() != nullptr) {
            if (!has_type(value, *rule.as_string())) add(place, "not of type " + *rule.as_string());
            return true;
        }
        if (keyword == "const") {
            if (!(value == rule)) add(place, "is " + json::write(value) + ", not the constant");
            return true;
        }
        if (keyword == "enum" && rule.as_array() != nullptr) {
            const json::Array& choices = *rule.as_array();
            if (std::ranges::find(choices, value) == choices.end()) {
                add(place, "is " + json::write(value) + ", not one of the choices");
            }
            return true;
        }
        return false;
    }

    bool check_size(
        const std::string& keyword,
        const json::Value& rule,
        const json::Value& value,
        const std::string& place
    ) {
        constexpr std::array<std::string_view, 6> limits{
            "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"
        };
        const bool is_limit = std::ranges::find(limits, keyword) != limits.end();
        if (!is_limit || rule.as_integer() == nullptr) return false;
        std::int64_t size = 0;
        if (keyword.ends_with("Length")) {
            if (value.as_string() == nullptr) return true;  // its `type` complains
            size = static_cast<std::int64_t>(characters_of(*value.as_string()));
        } else if (keyword.ends_with("Items")) {
            if (value.as_array() == nullptr) return true;
            size = static_cast<std::int64_t>(value.as_array()->size());
        } else {
            if (value.as_integer() == nullptr) return true;
            size = *value.as_integer();
        }
        const bool holds =
            keyword.starts_with("min") ? size >= *rule.as_integer() : size <= *rule.as_integer();
        if (!holds) add(place, std::to_string(size) + " breaks " + keyword);
        return true;
    }

    bool check_content(
        const std::string& keyword,
        const json::Value& rule,
        const json::Value& schema,
        const json::Value& value,
        const std::string& place
    ) {
        const std::string* text = value.as_string();
        if (keyword == "contentEncoding" && rule == json::Value("base64url")) {
            if (text != nullptr && !base64url_decode(*text)) add(place, "not base64url");
            return true;
        }
        if (keyword == "contentSchema") return schema.find("contentMediaType") != nullptr;
        if (keyword != "contentMediaType" || !(rule == json::Value("application/json"))) {
            return false;
        }
        if (text == nullptr) return true;
        const auto content = json::parse(*text);
        const json::Value* content_schema = schema.find("contentSchema");
        if (!content) {
            add(place, "not JSON text");
        } else if (content_schema != nullptr) {
            run(*content, *content_schema, place + "(content)");
        }
        return true;
    }

    bool check_members(
        const std::string& keyword,
        const json::Value& rule,
        const json::Value& schema,
        const json::Value& value,
        const std::string& place
    ) {
        if (keyword == "items") {
            if (value.as_array() == nullptr) return true;
            std::size_t index = 0;
            for (const json::Value& item : *value.as_array()) {
                run(item, rule, place + "/" + std::to_string(index++));
            }
            return true;
        }
        if (keyword == "required" && rule.as_array() != nullptr) {
            for (const json::Value& name : *rule.as_array()) {
                const bool is_there =
                    name.as_string() != nullptr &&
                    (value.as_object() == nullptr || value.find(*name.as_string()) != nullptr);
                if (!is_there) add(place, "lacks " + json::write(name));
            }
            return true;
        }
        if (keyword == "properties") return check_properties(rule, value, place);
        if (keyword == "additionalProperties") return check_others(rule, schema, value, place);
        return false;
    }

    bool check_properties(
        const json::Value& rule, const json::Value& value, const std::string& place
    ) {
        if (value.as_object() == nullptr) return true;
        for (const auto& [name, member] : *value.as_object()) {
            if (const json::Value* schema = rule.find(name)) {
                run(member, *schema, place + "/" + name);
            }
        }
        return true;
    }

    bool check_others(
        const json::Value& rule,
        const json::Value& schema,
        const json::Value& value,
        const std::string& place
    ) {
        if (value.as_object() == nullptr) return true;
        const json::Value* properties = schema.find("properties");
        for (const auto& [name, member] : *value.as_object()) {
            if (properties != nullptr && properties->find(name) != nullptr) continue;
            if (rule == json::Value(false)) {
                add(place, "has a member " + name + " that nobody described");
            } else if (rule.as_bool() == nullptr) {
                run(member, rule, place + "/" + name);
            }
        }
        return true;
    }

    void add(const std::string& place, const std::string& what) {
        problems_.push_back((place.empty() ? "/" : place) + ": " + what);
    }

    const JsonSchema& schemas_;
    std::vector<std::string>& problems_;
};

}  // namespace

std::vector<std::string> JsonSchema::problems(const json::Value& value, const json::Value& schema)
    const {
    std::vector<std::string> found;
    Check(*this, found).run(value, schema, "");
    return found;
}

const json::Value* JsonSchema::resolve(std::string_view reference) const {
    if (!reference.starts_with("#/")) return nullptr;
    reference.remove_prefix(2);
    const json::Value* value = &document_;
    while (value != nullptr && !reference.empty()) {
        const std::size_t end = std::min(reference.find('/'), reference.size());
        value = value->find(reference.substr(0, end));
        reference.remove_prefix(std::min(end + 1, reference.size()));
    }
    return value;
}

}  // namespace latchkey::test
