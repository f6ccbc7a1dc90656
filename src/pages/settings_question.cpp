// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/settings_question.hpp"

#include "accounts/acting.hpp"
#include "accounts/sign_in.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "latchkey/result.hpp"
#include "pages/saves.hpp"
#include "pages/settings_change.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"

#include <string_view>
#include <utility>

namespace latchkey::pages {
namespace {

bool is_page(const Visit& visit) {
    return visit.request.representation == http::Representation::html;
}

}  // namespace

http::Response respond_question(
    const Visit& visit,
    std::string_view template_name,
    const accounts::Result<void>& change,
    int status
) {
    json::Value model = json::object({
        {"last", !change && change.error() == accounts::Refusal::last_factor},
        {"path", visit.request.path},
        {"phone", visit.request.path.starts_with("/settings/phone")},
        {"biometrics", visit.request.path.starts_with("/settings/biometrics")},
    });
    add_hindrance(visit.request.path, change, model);
    return respond(visit, template_name, std::move(model), status);
}

accounts::Result<void> check_turn_off(const accounts::Acting& who, TimePoint now) {
    if (who.account.factors < 2) return Fail{accounts::Refusal::last_factor};
    return accounts::check_sensitive_change(who, now);
}

http::Outcome refuse(
    const VisitPtr& visit, std::string_view template_name, accounts::Refusal refusal
) {
    const bool has_a_page = refusal == accounts::Refusal::last_factor ||
                            refusal == accounts::Refusal::proof_too_old ||
                            refusal == accounts::Refusal::frozen_after_recovery ||
                            refusal == accounts::Refusal::frozen_by_owner;
    if (!has_a_page || !is_page(*visit)) return respond_refusal(*visit, refusal);
    return respond_question(*visit, template_name, Fail{refusal}, error_of(refusal).status);
}

}  // namespace latchkey::pages
