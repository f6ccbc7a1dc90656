// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/text_codes.hpp"
#include "pages/visit.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// The page of the second step, and where it leads once it was taken.
namespace latchkey::pages {

inline constexpr TextUse second_step_text{
    .purpose = accounts::TextCodePurpose::second_step, .to = OfferedTo::sign_in
};

/// Whose second step it is, and with what it can be taken.
struct AskedSecond {
    accounts::Account account;
    std::vector<accounts::Passkey> passkeys;
    accounts::SecondSteps steps;
};

/// nullopt: the account is gone.
std::optional<AskedSecond> load_asked_second(const Visit& visit);

/// Whether a code can be sent to the phone now.
bool is_usable(const Visit& visit, const std::optional<accounts::Phone>& phone);

/// The way that was asked for by its name, else the one that the owner prefers, else what comes
/// first: biometrics, the app, the phone, a recovery code, the wait.
accounts::SecondStep read_second_step(
    const Visit& visit, std::string_view name, const AskedSecond& asked
);

http::Response respond_second(
    const Visit& visit, const AskedSecond& asked, accounts::SecondStep way
);
http::Response respond_second(
    const Visit& visit, const AskedSecond& asked, accounts::SecondStep way, const SignInError& error
);

/// The account is gone.
http::Response respond_second_gone(const Visit& visit);

/// What a second step that was taken leads to, decided on what stands there now, `tries` times in
/// all. `biometrics`: with SecondStep::biometrics.
http::Outcome go_on_after_second(
    const VisitPtr& visit,
    accounts::SecondStep by,
    int tries,
    std::optional<accounts::BiometricsUse> biometrics = std::nullopt
);

}  // namespace latchkey::pages
