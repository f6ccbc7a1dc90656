// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/handlers.hpp"
#include "pages/saves.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace latchkey::pages {
namespace {

constexpr json::Limits report_limits{.bytes = 8'192, .depth = 6, .values = 256};

/// Whether the word can be the name of a directive: strangers write reports, too.
bool is_directive_name(std::string_view word) {
    return word.size() <= 64 && std::ranges::all_of(word, [](char character) {
               return (character >= 'a' && character <= 'z') || character == '-';
           });
}

/// The directive that was violated, if the body is a report (CSP 3, 5.3) and the word is harmless.
std::string violated_directive(std::string_view body) {
    const auto report = json::parse(body, report_limits);
    if (!report) return "not a report";
    const json::Value* inner = report->find("csp-report");
    const std::string* directive =
        inner == nullptr ? nullptr : inner->find_string("effective-directive");
    if (directive == nullptr || !is_directive_name(*directive)) return "not a report";
    return *directive;
}

}  // namespace

/// Browsers tell of violations of the policy here. Only the directive is logged: the rest of a
/// report is a stranger's text.
http::Outcome post_csp_report(VisitPtr visit) {
    visit->services.log({
        .event = "csp_violation",
        .request_id = visit->request.id,
        .reason = violated_directive(visit->request.body),
    });
    return http::Response{.status = 204};
}

}  // namespace latchkey::pages
