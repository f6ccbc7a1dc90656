// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/enrolment_end.hpp"

#include "accounts/changes.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/authenticator_app.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::pages {

namespace {

/// Settings says what was done; other places get no word of ours.
std::string location_after_enrolling(const accounts::SignIn& sign_in) {
    const std::string location = redirect_after(sign_in.return_to);
    const bool is_told = sign_in.account && location == "/settings/security";
    return is_told ? location + "?message=biometrics_on" : location;
}

}  // namespace

http::Outcome end_enrolment(
    const VisitPtr& visit,
    accounts::Result<accounts::Decision> decided,
    const std::shared_ptr<FreshTokens>& tokens,
    const std::shared_ptr<RecoveryCodes>& codes
) {
    if (!decided) {
        const SignInError error = error_of(decided.error());
        return respond_error(*visit, error.status, error.code, error.reason);
    }
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    const bool has_codes = std::ranges::any_of(changes, [](const auto& change) {
        return std::holds_alternative<accounts::SetRecoveryCodes>(change);
    });
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens, codes, has_codes](store::Committed
                         ) -> http::Outcome {
                const std::string next = location_after_enrolling(visit->needed_sign_in());
                http::Response response = has_codes ? respond_recovery_codes(*visit, *codes, next)
                                                    : http::see_other(next);
                set_cookies_of(*visit, *decision, *tokens, response);
                forget_pending_text(response);
                return response;
            },
            .refused = [visit](RefusedChange) -> http::Outcome {
                return respond_error(*visit, 409, "sign_in_expired", "it went on elsewhere");
            },
        }
    );
}

}  // namespace latchkey::pages
