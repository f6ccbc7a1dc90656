// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/outcome.hpp"
#include "http/request.hpp"

namespace latchkey::pages {

/// GET /assets/{name}: an embedded file under its hashed name, as brotli, gzip or plain by
/// Accept-Encoding; cached for a year, immutable. Anything else is 404.
http::Outcome get_asset(const http::Request& request);

}  // namespace latchkey::pages
