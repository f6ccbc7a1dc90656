// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "conformance/scene.hpp"

#include <functional>
#include <map>
#include <string>

namespace latchkey::test {

/// Begins a ceremony in a scene and gives back the response that the case is about.
using MakeCase = std::function<std::string(ConformanceScene&)>;

/// Cases of conformance-map.json that the software authenticator makes, by the name of the record
/// there ("reg/cd-type-missing").
const std::map<std::string, MakeCase>& made_cases();

}  // namespace latchkey::test
