// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/openapi.hpp"

#include "base/json.hpp"
#include "support/http_client.hpp"
#include "support/json_schema.hpp"
#include "support/yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

json::Value read_document() {
    const std::string path = LATCHKEY_SOURCE_DIR "/docs/openapi.yaml";
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    auto document = read_yaml(text);
    if (!document) {
        throw std::runtime_error(
            path + ":" + std::to_string(document.error().line) + ": " + document.error().what
        );
    }
    return std::move(*document);
}

bool fits(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
        const std::size_t path_end = std::min(path.find('/', 1), path.size());
        const bool is_parameter = pattern.starts_with("/{") && path_end > 1;
        if (!is_parameter && pattern.substr(0, pattern_end) != path.substr(0, path_end)) {
            return false;
        }
        pattern.remove_prefix(pattern_end);
        path.remove_prefix(path_end);
    }
    return pattern.empty() && path.empty();
}

}  // namespace

const OpenApi& OpenApi::document() {
    static const OpenApi the_document(read_document());
    return the_document;
}

OpenApi::OpenApi(json::Value document) : document_(std::move(document)) {
    const json::Value* paths = document_.find("paths");
    if (paths == nullptr || paths->as_object() == nullptr) {
        throw std::runtime_error("docs/openapi.yaml has no paths");
    }
    for (const auto& [path, item] : *paths->as_object()) {
        for (const std::string_view method : {"get", "post"}) {
            const json::Value* operation = item.find(method);
            if (operation == nullptr) continue;
            operations_.push_back(
                {.method = std::string(method), .path = path, .description = operation}
            );
        }
    }
}

const OpenApi::Operation* OpenApi::find(std::string_view method, std::string_view path) const {
    const auto found = std::ranges::find_if(operations_, [&](const Operation& operation) {
        return operation.method == method && fits(operation.path, path);
    });
    return found == operations_.end() ? nullptr : &*found;
}

const json::Value* OpenApi::follow(const json::Value* value) const {
    const std::string* reference = value->find_string("$ref");
    if (reference == nullptr) return value;
    const json::Value* target = JsonSchema(document_).resolve(*reference);
    if (target == nullptr) throw std::runtime_error(*reference + " leads nowhere");
    return target;
}

std::vector<std::string> OpenApi::problems(
    std::string_view method, std::string_view path, const HttpResponse& response
) const {
    const Operation* operation = find(method, path);
    const std::string status = std::to_string(response.status);
    const json::Value* described = nullptr;
    if (operation == nullptr) {
        if (response.status < 400) return {"this route is not in the document"};
        described = JsonSchema(document_).resolve("#/components/responses/Error");
    } else {
        const json::Value* responses = operation->description->find("responses");
        described = responses->find(status);
        if (described == nullptr && response.status >= 400) described = responses->find("default");
    }
    if (described == nullptr) return {"the document does not have this status"};
    const json::Value& answer = *follow(described);

    if (response.status == 303 && response.header("location").empty()) return {"no Location"};
    const json::Value* content = answer.find("content");
    const std::string type = response.header("content-type");
    if (content == nullptr) {
        if (response.body.empty()) return {};
        return {"the document has no content for this status"};
    }
    const json::Value* media = content->find(type.substr(0, type.find(';')));
    if (media == nullptr) return {"the document does not have this content type: " + type};
    const json::Value* schema = media->find("schema");
    if (schema == nullptr) return {};
    const auto body = json::parse(response.body);
    if (!body) return {"the body is not JSON"};
    return JsonSchema(document_).problems(*body, *schema);
}

std::vector<std::string> OpenApi::problems_of_form(std::string_view path, const Fields& fields)
    const {
    const Operation* operation = find("post", path);
    if (operation == nullptr) return {"this route is not in the document"};
    const json::Value* request = operation->description->find("requestBody");
    if (request == nullptr) return {"the document has no form for this route"};
    const json::Value* content = follow(request)->find("content");
    const json::Value* media = content->find("application/x-www-form-urlencoded");
    if (media == nullptr) return {"the document has another content type for this route"};
    json::Value form = json::object({});
    for (const auto& [name, value] : fields) {
        form.set(name, value);
    }
    return JsonSchema(document_).problems(form, *media->find("schema"));
}

}  // namespace latchkey::test
