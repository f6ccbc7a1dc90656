// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "support/http_client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// docs/openapi.yaml, and whether the server keeps to it.
class OpenApi {
public:
    /// The one document, read on first use; throws std::runtime_error if it cannot be read.
    static const OpenApi& document();

    struct Operation {
        std::string method;  // "get"
        std::string path;    // "/settings/passkeys/{id}/remove"
        const json::Value* description = nullptr;
    };

    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }

    /// What is wrong with an answer: a status, content type or body that is not described.
    [[nodiscard]] std::vector<std::string> problems(
        std::string_view method, std::string_view path, const HttpResponse& response
    ) const;

    /// What is wrong with a form that the server took.
    [[nodiscard]] std::vector<std::string> problems_of_form(
        std::string_view path, const Fields& fields
    ) const;

    [[nodiscard]] const json::Value& value() const { return document_; }

private:
    explicit OpenApi(json::Value document);

    /// nullptr: no path of the document fits, or it has no such method.
    [[nodiscard]] const Operation* find(std::string_view method, std::string_view path) const;

    /// The value itself, or what its $ref leads to.
    [[nodiscard]] const json::Value* follow(const json::Value* value) const;

    json::Value document_;
    std::vector<Operation> operations_;  // of document_
};

}  // namespace latchkey::test
