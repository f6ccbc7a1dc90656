// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/acting.hpp"
#include "accounts/sign_in.hpp"
#include "base/clock.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"

#include <string_view>

/// Pages of one question before a method of two-step sign-in goes on or off: they say what stands
/// in the way, or have a button.
namespace latchkey::pages {

/// `change` says what would be decided now.
http::Response respond_question(
    const Visit& visit,
    std::string_view template_name,
    const accounts::Result<void>& change,
    int status = 200
);

/// Whether a method could be turned off now; the rest is the decision's own.
accounts::Result<void> check_turn_off(const accounts::Acting& who, TimePoint now);

/// A refused change: its page says why, if it has words for that.
http::Outcome refuse(
    const VisitPtr& visit, std::string_view template_name, accounts::Refusal refusal
);

}  // namespace latchkey::pages
