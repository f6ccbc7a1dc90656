// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/sign_in_page.hpp"

#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/response.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "oidc/provider.hpp"
#include "pages/ceremonies.hpp"
#include "pages/providers.hpp"
#include "pages/purpose.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::pages {

SignInError error_of(accounts::Refusal refusal) {
    using accounts::Refusal;
    const std::string reason(accounts::name_of(refusal));
    switch (refusal) {
        case Refusal::unknown_credential:
            return {.status = 404, .code = "unknown_credential", .reason = reason};
        case Refusal::second_step_only:
            return {.status = 422, .code = "second_step_only", .reason = reason};
        case Refusal::credential_suspended:
            return {.status = 422, .code = "credential_suspended", .reason = reason};
        case Refusal::already_registered:
            return {.status = 409, .code = "already_registered", .reason = reason};
        case Refusal::too_many_passkeys:
            return {.status = 422, .code = "too_many_passkeys", .reason = reason};
        case Refusal::expired:
        case Refusal::signed_out_everywhere:
        case Refusal::not_in_this_state:
        case Refusal::not_yours:
        case Refusal::proof_withdrawn:
            return {.status = 409, .code = "sign_in_expired", .reason = reason};
        case Refusal::address_not_vouched:
            return {.status = 422, .code = "address_not_vouched", .reason = reason};
        case Refusal::address_taken:
            return {.status = 409, .code = "address_taken", .reason = reason};
        case Refusal::identity_taken:
            return {.status = 409, .code = "identity_taken", .reason = reason};
        case Refusal::too_many_identities:
            return {.status = 422, .code = "too_many_identities", .reason = reason};
        case Refusal::last_factor:
            return {.status = 409, .code = "last_factor", .reason = reason};
        case Refusal::proof_too_old:
            return {.status = 403, .code = "proof_too_old", .reason = reason};
        case Refusal::frozen_after_recovery:
            return {.status = 403, .code = "frozen_after_recovery", .reason = reason};
        case Refusal::frozen_by_owner:
            return {.status = 409, .code = "frozen_by_owner", .reason = reason};
        case Refusal::not_restorable:
            return {.status = 422, .code = "not_restorable", .reason = reason};
        case Refusal::app_there:
            return {.status = 409, .code = "app_there", .reason = reason};
        case Refusal::phone_there:
            return {.status = 409, .code = "phone_there", .reason = reason};
        case Refusal::not_over:
            return {.status = 422, .code = "not_over", .reason = reason};
        case Refusal::only_operator:
            return {.status = 422, .code = "only_operator", .reason = reason};
        case Refusal::name_not_allowed:
            return {.status = 422, .code = "name_not_allowed", .reason = reason};
        case Refusal::counter_went_back:
        case Refusal::sign_up_closed:
            break;
    }
    return {.status = 422, .code = "passkey_refused", .reason = reason};
}

namespace {

/// The other providers, in their order, with the way there for this purpose.
json::Array provider_models(const Visit& visit, const accounts::Purpose& purpose) {
    constexpr std::string_view page = "/sign-in";
    const std::string query = sign_in_location(purpose).substr(page.size());
    json::Array models;
    for (const Providers::Entry* entry : visit.services.providers.all()) {
        const oidc::Provider& provider = Providers::provider_of(*entry);
        models.emplace_back(json::object({
            {"label", provider.label},
            {"google", provider.kind == oidc::ProviderKind::google},
            {"apple", provider.kind == oidc::ProviderKind::apple},
            {"href", "/sign-in/with/" + provider.name + query},
        }));
    }
    return models;
}

}  // namespace

json::Value sign_in_model(const Visit& visit, const accounts::Purpose& purpose) {
    const Services& services = visit.services;
    const Ceremonies::Issued issued = services.ceremonies.issue(visit.browser_id, purpose);
    const auto ceremony = webauthn::AuthenticationCeremony::discoverable(issued.challenge);
    // What is restored takes a code to the address of the account, and nothing else.
    const bool is_restoring = purpose.intent == accounts::Intent::restore;
    return json::object({
        {"ceremony", issued.sealed},
        {"options", webauthn::issue_authentication(relying_party(services.site), ceremony)},
        {"email", visit.code ? visit.code->email.text() : std::string()},
        {"adding", purpose.intent == accounts::Intent::add_passkey},
        {"replacing", purpose.replaces.has_value()},
        {"adding_second", purpose.intent == accounts::Intent::add_second_step},
        {"confirming", purpose.intent == accounts::Intent::confirm},
        {"restoring", is_restoring},
        {"here", sign_in_location(purpose)},
        {"providers", is_restoring ? json::Array() : provider_models(visit, purpose)},
    });
}

json::Value error_model(const Visit& visit, const SignInError& error) {
    visit.services.log({.event = error.code, .request_id = visit.request.id, .reason = error.reason}
    );
    json::Value model = json::object({{"code", error.code}});
    model.set(std::string(error.code), true);
    if (error.wait) {
        model.set("wait", wait_in_words(visit.edition, *error.wait));
        model.set("wait_seconds", static_cast<std::int64_t>(error.wait->count()));
    }
    model.set("message", visit.edition.answer(error.code, model));
    return model;
}

http::Response respond_sign_in(
    const Visit& visit, const accounts::Purpose& purpose, const SignInError& error
) {
    json::Value model = sign_in_model(visit, purpose);
    model.set("error", error_model(visit, error));
    return respond(visit, "sign_in", std::move(model), error.status);
}

std::string location_after(std::string_view return_to) {
    return std::string(return_to.empty() ? "/settings/security" : return_to);
}

std::string redirect_after(std::string_view return_to) {
    std::string location = location_after(return_to);
    if (is_own_path(location)) return location;
    return "/sign-in/done?return_to=" + percent_encode(location);
}

std::string_view enrolment_page(const accounts::SignIn& sign_in) {
    const bool is_second_step =
        sign_in.account && sign_in.intent == accounts::Intent::add_second_step;
    return is_second_step ? "/sign-in/add-biometrics" : "/sign-in/add-passkey";
}

std::string_view page_of(const accounts::SignIn& sign_in) {
    switch (sign_in.state) {
        case accounts::SignInState::identified:
            return "/sign-in/code";
        case accounts::SignInState::second:
            return sign_in.intent == accounts::Intent::restore ? "/sign-in/restore"
                                                               : "/sign-in/second-step";
        case accounts::SignInState::enrol:
            return enrolment_page(sign_in);
        case accounts::SignInState::start:
        case accounts::SignInState::done:
            break;
    }
    return "/sign-in";
}

std::string next_location(const accounts::Decision& decision) {
    if (decision.session) return redirect_after(decision.return_to);
    return std::string(decision.sign_in ? page_of(*decision.sign_in) : "/sign-in");
}

std::optional<json::Value> signal_model(
    const Services& services, const accounts::Account& account
) {
    if (services.store.find_setting("signals_enabled") == "no") return std::nullopt;
    json::Array ids;
    // Every credential, also suspended ones and second factors: none of them shall be forgotten.
    for (const auto& id : services.store.list_credential_ids(account.id)) {
        ids.emplace_back(base64url_encode(id.value()));
    }
    return json::object({
        {"rpId", services.site.rp_id},
        {"userId", base64url_encode(account.user_handle.value())},
        {"allAcceptedCredentialIds", std::move(ids)},
        {"name", account.email.text()},
        {"displayName", account.email.text()},
    });
}

http::Response respond_next(std::string_view location, std::optional<json::Value> signal) {
    json::Value model = json::object({{"location", location}});
    if (signal) model.set("signal", std::move(*signal));
    return http::json_response(200, json::write(model));
}

webauthn::RelyingParty relying_party(const Site& site) {
    webauthn::RelyingParty party{
        .id = webauthn::RpId(site.rp_id),
        .name = site.brand.name,
        .origins = {webauthn::Origin(site.origin)},
    };
    for (const std::string& origin : site.related_origins) {
        party.origins.emplace_back(origin);
    }
    return party;
}

}  // namespace latchkey::pages
