// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/response.hpp"

#include <string_view>

namespace latchkey::pages {

/// To a page of ours, with nothing left in the browser of who was signed in.
http::Response leave(std::string_view location);

}  // namespace latchkey::pages
