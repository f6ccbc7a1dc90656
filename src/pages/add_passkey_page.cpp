// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/add_passkey_page.hpp"

#include "accounts/authenticator_names.hpp"
#include "accounts/changes.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/options.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/saves.hpp"
#include "pages/sign_in_ceremonies.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/commit.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

std::string registration_options(const Visit& visit, const Enrolment& enrolment) {
    // A second factor that is kept elsewhere is not in the way of a passkey.
    std::vector<accounts::Passkey> in_the_way;
    std::ranges::copy_if(
        enrolment.passkeys,
        std::back_inserter(in_the_way),
        [](const accounts::Passkey& credential) {
            return !accounts::is_second_factor(credential) || accounts::is_promotable(credential);
        }
    );
    const std::string& email = visit.needed_sign_in().email.text();
    return webauthn::issue_registration(
        relying_party(visit.services.site),
        *visit.services.passkey_policy.current(),
        registration_of(visit),
        {.name = email, .display_name = email},
        descriptors_of(in_the_way)
    );
}

/// Settings says what was done; other places get no word of ours.
std::string location_after_adding(const accounts::SignIn& sign_in) {
    std::string location = location_after(sign_in.return_to);
    const bool is_told =
        sign_in.intent == accounts::Intent::add_passkey && location == "/settings/security";
    if (!is_told) return location;
    return location + (sign_in.replaces ? "?message=replaced" : "?message=added");
}

SignInError error_of_refused(RefusedChange refused) {
    if (refused.is<accounts::AddPasskey>()) {
        return error_of(accounts::Refusal::already_registered);
    }
    return error_of(accounts::Refusal::expired);
}

}  // namespace

Enrolment load_enrolment(const Visit& visit) {
    Enrolment enrolment;
    if (const auto account = visit.needed_sign_in().account) {
        enrolment.account = visit.services.store.find_account(*account);
        enrolment.passkeys = visit.services.store.list_passkeys(*account);
        enrolment.steps = visit.services.store.find_second_steps(*account);
    }
    return enrolment;
}

webauthn::RegistrationCeremony registration_of(const Visit& visit) {
    return {
        .challenge = sign_in_challenge(visit, CeremonyUse::create_passkey),
        .user_handle = visit.needed_sign_in().user_handle,
    };
}

json::Value add_passkey_model(const Visit& visit, const Enrolment& enrolment) {
    const accounts::SignIn& sign_in = visit.needed_sign_in();
    json::Value model = json::object({
        {"email", sign_in.email.text()},
        {"options", registration_options(visit, enrolment)},
        {"new_account", !sign_in.account.has_value()},
        {"recovered", sign_in.recovered},
        {"text_messages", visit.services.site.text_messages.has_value()},
    });
    const auto replaced = std::ranges::find_if(enrolment.passkeys, [&sign_in](const auto& passkey) {
        return passkey.public_id == sign_in.replaces;
    });
    if (replaced != enrolment.passkeys.end()) {
        const std::string name = accounts::display_name(*replaced);
        model.set("replaces", json::object({{"name", passkey_in_words(visit.edition, name)}}));
    }
    if (std::ranges::any_of(enrolment.passkeys, accounts::is_promotable)) {
        model.set(
            "promotion",
            options_of(
                visit,
                {.use = CeremonyUse::promote,
                 .account = *enrolment.account,
                 .credentials = enrolment.passkeys}
            )
        );
    }
    return model;
}

http::Response respond_add_passkey_error(const Visit& visit, const SignInError& error) {
    json::Value model = add_passkey_model(visit, load_enrolment(visit));
    model.set("error", error_model(visit, error));
    return respond(visit, "add_passkey", std::move(model), error.status);
}

http::Outcome end_with_passkey(
    const VisitPtr& visit,
    accounts::Result<accounts::Decision> decided,
    const std::shared_ptr<FreshTokens>& tokens
) {
    if (!decided) return respond_add_passkey_error(*visit, error_of(decided.error()));
    auto decision = std::make_shared<accounts::Decision>(std::move(*decided));
    std::vector<accounts::Change> changes = std::move(decision->changes);
    add_notices(*visit, changes, decision->notices);
    return save(
        visit,
        std::move(changes),
        {
            .committed = [visit, decision, tokens](store::Committed) -> http::Outcome {
                const auto account = visit->services.store.find_account(decision->session->account);
                http::Response next = respond_next(
                    location_after_adding(visit->needed_sign_in()),
                    account ? signal_model(visit->services, *account) : std::nullopt
                );
                set_cookies_of(*visit, *decision, *tokens, next);
                return next;
            },
            .refused = [visit](RefusedChange refused) -> http::Outcome {
                return respond_add_passkey_error(*visit, error_of_refused(refused));
            },
        }
    );
}

}  // namespace latchkey::pages
