// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/router.hpp"
#include "pages/handlers.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace latchkey::pages {

/// Where a POST comes from. A GET comes from anywhere.
enum class Posted : std::uint8_t {
    by_our_form,    // with its token, from a page of ours
    by_other_site,  // a form that no cookie vouches for: the handler believes nothing of it
    as_it_is,       // no form: a report of a browser, a notice of another server
};

/// One route: what it needs of its visitor stands here and nowhere else. Who lacks it never
/// reaches the handler: a page leads to the sign-in, everything else is refused.
struct PageRoute {
    http::Method method;
    std::string_view pattern;
    Needs needs;
    http::Outcome (*handler)(VisitPtr visit);
    Posted posted = Posted::by_our_form;
};

/// Every route of the pages, in one table.
std::span<const PageRoute> page_routes();

}  // namespace latchkey::pages
