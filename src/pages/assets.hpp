// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/outcome.hpp"
#include "http/request.hpp"
#include "pages/brand.hpp"

namespace latchkey::pages {

/// GET /assets/{name}: an embedded file under its hashed name, as brotli, gzip or plain by
/// Accept-Encoding, or a file of the brand; cached for a year, immutable. Anything else is 404.
http::Outcome get_asset(const http::Request& request, const BrandAssets& brand);

}  // namespace latchkey::pages
