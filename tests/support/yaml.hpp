// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "latchkey/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::test {

struct YamlError {
    std::size_t line = 0;  // counted from 1
    std::string what;
};

/// Reads the part of YAML 1.2 that docs/openapi.yaml is written in, and refuses the rest: block
/// mappings and sequences indented by spaces, flow mappings on one line, flow sequences, plain and
/// single-quoted scalars, folded blocks (`>-`), comments on lines of their own. A plain `true`,
/// `false`, `null` or integer is that value, everything else is a string. No key twice.
Result<json::Value, YamlError> read_yaml(std::string_view text);

}  // namespace latchkey::test
