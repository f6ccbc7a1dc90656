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

/// Commits what makes a new account with a method of two-step sign-in, and shows its recovery
/// codes; or says why not.
http::Outcome end_enrolment(
    const VisitPtr& visit,
    accounts::Result<accounts::Decision> decided,
    std::shared_ptr<FreshTokens> tokens,  // move on to the continuation
    std::shared_ptr<RecoveryCodes> codes  // the same
);

}  // namespace latchkey::pages
