// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/authenticator_names.hpp"
#include "accounts/passkey_rules.hpp"
#include "accounts/types.hpp"
#include "base/json.hpp"
#include "http/outcome.hpp"
#include "http/request.hpp"
#include "oidc/provider.hpp"
#include "pages/handlers.hpp"
#include "pages/passkey_model.hpp"
#include "pages/providers.hpp"
#include "pages/saves.hpp"
#include "pages/sessions.hpp"
#include "pages/sign_in_page.hpp"
#include "pages/upstream.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::pages {
namespace {

constexpr std::array<std::string_view, 23> messages{
    "added",
    "replaced",
    "restored",
    "renamed",
    "removed",
    "suspended",
    "name_not_allowed",
    "app_on",
    "app_off",
    "phone_on",
    "phone_off",
    "new_codes",
    "biometrics_on",
    "biometrics_off",
    "preferred",
    "linked",
    "unlinked",
    "session_ended",
    "sessions_ended",
    "email_changed",
    "address_back",
    "second_email_set",
    "second_email_removed"
};

/// What was just done, from `?message=`; words of our own only.
std::optional<json::Value> message_model(const http::Form& query) {
    const auto* found = std::ranges::find(messages, query.get("message"));
    if (found == messages.end()) return std::nullopt;
    return json::object({{std::string(*found), true}});
}

/// The biometrics of one device.
json::Value biometrics_model(const Visit& visit, const accounts::Passkey& credential) {
    const auto& used = credential.last_used_at;
    return json::object({
        {"id", credential.public_id.value()},
        {"name", passkey_in_words(visit.edition, accounts::display_name(credential))},
        {"created", day_in_words(visit.edition, credential.created_at)},
        {"last_used", used ? day_in_words(visit.edition, *used) : std::string()},
    });
}

/// Which of several methods is asked for first: what was chosen, else biometrics, the app, the
/// phone.
json::Value first_model(const json::Array& biometrics, const accounts::SecondSteps& steps) {
    const bool has_biometrics = !biometrics.empty();
    using accounts::SecondStep;
    const auto has = [&](SecondStep second) {
        return second == SecondStep::biometrics ? has_biometrics
                                                : accounts::still_has(steps, second);
    };
    std::optional<SecondStep> first = steps.preferred;
    for (const SecondStep second :
         {SecondStep::biometrics, SecondStep::authenticator_app, SecondStep::text_message}) {
        if ((!first || !has(*first)) && has(second)) first = second;
    }
    return json::object({
        {"has_biometrics", has_biometrics},
        {"has_app", steps.app.has_value()},
        {"has_text", steps.phone.has_value()},
        {"by_biometrics", first == SecondStep::biometrics},
        {"by_app", first == SecondStep::authenticator_app},
        {"by_text", first == SecondStep::text_message},
    });
}

/// The section of two-step sign-in.
json::Value two_step_model(
    const Visit& visit,
    const std::vector<accounts::Passkey>& credentials,
    const accounts::SecondSteps& steps
) {
    json::Array biometrics;
    for (const accounts::Passkey& credential : credentials) {
        if (!accounts::is_second_factor(credential)) continue;
        biometrics.push_back(biometrics_model(visit, credential));
    }
    const int kinds = (biometrics.empty() ? 0 : 1) + (steps.app ? 1 : 0) + (steps.phone ? 1 : 0);
    std::optional<json::Value> first;
    if (kinds > 1) first = first_model(biometrics, steps);
    json::Value model = json::object({
        {"recovery_codes", steps.recovery_codes},
        {"has_method", accounts::asks_second_step(credentials, steps)},
        {"biometrics", std::move(biometrics)},
        {"text_messages", visit.services.site.text_messages.has_value()},
    });
    if (first) model.set("first", *std::move(first));
    if (steps.phone) {
        const auto& used = steps.phone->last_used_at;
        model.set(
            "phone",
            json::object({
                {"masked", steps.phone->number.masked()},
                {"created", day_in_words(visit.edition, steps.phone->created_at)},
                {"created_on", browser_in_words(visit.edition, steps.phone->created_on)},
                {"last_used", used ? day_in_words(visit.edition, *used) : std::string()},
            })
        );
    }
    if (steps.app) {
        const auto& used = steps.app->last_used_at;
        model.set(
            "app",
            json::object({
                {"created", day_in_words(visit.edition, steps.app->created_at)},
                {"created_on", browser_in_words(visit.edition, steps.app->created_on)},
                {"last_used", used ? day_in_words(visit.edition, *used) : std::string()},
            })
        );
    }
    return model;
}

/// The ways in beside passkeys: what is linked, and what can be.
void add_sign_in_methods(const Visit& visit, json::Value& model) {
    const Services& services = visit.services;
    const auto linked = services.store.list_identities(visit.session->account.id);
    json::Array identities;
    for (const accounts::LinkedIdentity& identity : linked) {
        identities.push_back(identity_model(visit, identity));
    }
    json::Array providers;
    for (const Providers::Entry* entry : services.providers.all()) {
        const oidc::Provider& provider = Providers::provider_of(*entry);
        const bool is_linked = std::ranges::any_of(linked, [&](const auto& one) {
            return one.who.issuer == provider.issuer;
        });
        if (is_linked) continue;
        providers.emplace_back(json::object({{"name", provider.name}, {"label", provider.label}}));
    }
    model.set("has_providers", !identities.empty() || !providers.empty());
    model.set("identities", std::move(identities));
    model.set("providers", std::move(providers));
}

}  // namespace

http::Outcome get_security(VisitPtr visit) {
    const store::KnownSession& known = visit->needed_session();
    const auto credentials = visit->services.store.list_passkeys(known.account.id);
    const auto passkeys = only_passkeys(credentials);
    const auto steps = visit->services.store.find_second_steps(known.account.id);
    const bool has_method = accounts::asks_second_step(credentials, steps);
    json::Array cards;
    const std::size_t active = count_active(passkeys);
    for (const accounts::Passkey& passkey : passkeys) {
        json::Value card = passkey_model(*visit, passkey);
        const bool is_active = passkey.status == accounts::CredentialStatus::active;
        card.set("only", active == 1 && !has_method && is_active);
        cards.push_back(std::move(card));
    }
    const bool one_device_only =
        passkeys.size() == 1 && !has_method && !passkeys[0].record.backup_state;
    json::Value model = json::object({
        {"email", known.account.email.text()},
        {"account", known.account.public_id.value()},
        {"passkeys", std::move(cards)},
        {"count", static_cast<std::int64_t>(active)},
        {"one_device_only", one_device_only},
        {"two_step", two_step_model(*visit, credentials, steps)},
        {"alert", visit->has_alert()},
        {"recovered", known.session.assurance == accounts::Assurance::recovered},
    });
    add_sign_in_methods(*visit, model);
    add_sessions(*visit, model);
    const auto& second = known.account.second_email;
    model.set("second_email", second ? second->text() : std::string());
    if (const auto signal = signal_model(visit->services, known.account)) {
        model.set("signal", json::write(*signal));
    }
    if (auto message = message_model(visit->request.query)) {
        model.set("message", std::move(*message));
    }
    return respond(*visit, "security", std::move(model));
}

}  // namespace latchkey::pages
