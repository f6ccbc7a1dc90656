// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "http/outcome.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/saves.hpp"
#include "pages/visit.hpp"

#include <memory>

namespace latchkey::pages {

/// Commits what adds a method of two-step sign-in in a sign-in, and shows the recovery codes that
/// it stores, if it is the first method; or says why not.
http::Outcome end_enrolment(
    const VisitPtr& visit,
    accounts::Result<accounts::Decision> decided,
    const std::shared_ptr<FreshTokens>& tokens,  // move on to the continuation
    const std::shared_ptr<RecoveryCodes>& codes  // the same
);

}  // namespace latchkey::pages
