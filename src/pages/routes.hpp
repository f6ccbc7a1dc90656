// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/router.hpp"
#include "pages/handlers.hpp"

#include <span>
#include <string_view>

namespace latchkey::pages {

/// One route: what it needs of its visitor stands here and nowhere else. Who lacks it never
/// reaches the handler: a page leads to the sign-in, everything else is refused.
struct PageRoute {
    http::Method method;
    std::string_view pattern;
    Needs needs;
    http::Outcome (*handler)(VisitPtr visit);
};

/// Every route of the pages, in one table.
std::span<const PageRoute> page_routes();

}  // namespace latchkey::pages
