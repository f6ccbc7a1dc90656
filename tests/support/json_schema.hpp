// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"

#include <string>
#include <vector>

namespace latchkey::test {

/// Checks JSON values against the schemas of one document (JSON Schema 2020-12, the dialect of
/// OpenAPI 3.1). Of the keywords it knows: $ref (within the document), type, enum, const, oneOf,
/// properties, required, additionalProperties, items, minItems, maxItems, minLength, maxLength,
/// minimum, maximum, contentEncoding base64url, contentMediaType application/json with
/// contentSchema, and description, title and examples, which check nothing. Any other keyword is
/// a problem, so that no rule of a schema is silently left unchecked.
class JsonSchema {
public:
    /// `document` is what $ref points into; it outlives this.
    explicit JsonSchema(const json::Value& document) : document_(document) {}

    /// What is wrong with `value`, each with its place: "/passkeys/0/name: not a string".
    [[nodiscard]] std::vector<std::string> problems(
        const json::Value& value, const json::Value& schema
    ) const;

    /// What "#/components/schemas/Name" points to; nullptr: nothing.
    [[nodiscard]] const json::Value* resolve(std::string_view reference) const;

private:
    const json::Value& document_;
};

}  // namespace latchkey::test
